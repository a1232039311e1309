"""Tools that developers run by hand: no tests, and not collected."""
