"""Upkeep of a site: preparing it before it serves, loading the demo, and purging old data."""
