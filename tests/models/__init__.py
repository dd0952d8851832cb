"""Turns, and the rules that the schema enforces."""
