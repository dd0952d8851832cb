"""Parts for clients of network services."""
