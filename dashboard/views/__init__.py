"""Figures in, what people see out: text, charts and tables."""
