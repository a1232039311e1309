"""The downloads of single pages, one module for each."""
