"""The twelve tasks of docs/working-day.md, replayed in Chromium: see ``bin/evaluate-day``."""
