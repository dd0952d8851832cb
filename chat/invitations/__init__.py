"""Coming in: the first administrator, and those whom administrators invite."""
