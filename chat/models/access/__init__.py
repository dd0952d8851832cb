"""The log of accesses: its events, and the seals that show whether somebody has changed it."""
