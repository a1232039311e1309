"""Compares local authorities, reading only data/monitor.duckdb."""
