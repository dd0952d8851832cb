"""The commands in bin/."""
