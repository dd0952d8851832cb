"""Tests of chat/about."""
