"""Sockets and streams: each serves one reader, owns no turn, and nothing that matters ends with it."""
