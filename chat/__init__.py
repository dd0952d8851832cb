"""Questions about recordings: each answer is stored as a log, and every reader is a cursor over that log."""
