"""Ask recordings, keep the answer as a log, and let everyone who looks at it be a cursor over that log."""
