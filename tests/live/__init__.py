"""The wire protocol: every event, error code and close code, over a socket of the real application."""
