"""Releases and operator-maintained files -> every table of the database."""
