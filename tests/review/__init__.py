"""The review and the admin, as staff use them."""
