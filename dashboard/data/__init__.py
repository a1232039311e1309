"""The data: the database in memory, its versions, and the types of what is in it."""
