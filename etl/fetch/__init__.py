"""Published files from their addresses into a folder."""
