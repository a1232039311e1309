"""What every page needs: the reader's choices, the style and the script."""
