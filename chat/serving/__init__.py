"""Serving the site, and shutting down gracefully."""
