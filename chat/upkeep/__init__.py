"""What a site needs before it serves and while it ages."""
