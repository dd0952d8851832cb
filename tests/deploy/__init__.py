"""The site as it is deployed."""
