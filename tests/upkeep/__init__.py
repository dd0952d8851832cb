"""Tests of preparation, purge and demo."""
