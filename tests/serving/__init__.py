"""A process of the site: its start, its shutdown and its health."""
