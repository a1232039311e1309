"""What is taken away and what is handed in: downloads in every format, and uploads of a council's own figures."""
