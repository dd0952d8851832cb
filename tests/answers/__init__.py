"""Answering questions with cited text."""
