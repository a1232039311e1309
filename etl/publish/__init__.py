"""How a built database takes its place: here, or in another DuckDB."""
