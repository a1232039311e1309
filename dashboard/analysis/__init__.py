"""Figures in, figures out: comparisons, ranks, trends and what follows from them. No HTML, and few words."""
