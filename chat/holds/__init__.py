"""The pages on which administrators place and release legal holds."""
