"""Turns official files into data/monitor.duckdb."""
