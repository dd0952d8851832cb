"""The HTTP API, over the real application."""
