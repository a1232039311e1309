"""What must be true of releases and of a built database before anybody reads it."""
