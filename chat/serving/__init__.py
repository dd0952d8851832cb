"""Serving the site, and ending in good order."""
