"""The twelve tasks of docs/working-day.md, replayed in Chromium: see ``bin/evaluate-day``."""

LAST_WEEK = "What did Brightmoor say about the zinc anodes?"
"""The question of the conversation that one task looks for."""
