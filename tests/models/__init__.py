"""What the schema holds."""
