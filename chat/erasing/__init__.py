"""Erasing a speaker: from the recordings, and from the answers that had their words."""
