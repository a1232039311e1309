"""Every chart and map of the pages as a picture to take away, with its rows and its table."""
