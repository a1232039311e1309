"""Downloads in every format, and uploads of a council's own figures."""
