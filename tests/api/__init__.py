"""The HTTP API of the real application."""
