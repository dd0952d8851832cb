"""Driving and following turns: one writer appends numbered chunks to a log, and readers continue from any seq."""
