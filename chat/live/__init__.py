"""Sockets and streams: each serves one reader and owns no turn, so nothing is lost when it closes."""
