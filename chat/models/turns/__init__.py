"""Turns and their answers: one table, its transitions, and the rules that the schema enforces."""
