"""A process of the site: its start, its end and its health."""
