"""Answering questions with cited text: docs/answers.md."""
