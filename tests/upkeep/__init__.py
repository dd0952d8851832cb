"""Preparation, purge and demo."""
