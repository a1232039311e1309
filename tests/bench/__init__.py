"""Tests of what measures: a crowd that is refused nothing and fails at nothing, and tables that say what was seen."""
