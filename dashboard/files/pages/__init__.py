"""What the pages offer as downloads, one module a page."""
