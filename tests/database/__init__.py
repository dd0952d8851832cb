"""The database threads."""
