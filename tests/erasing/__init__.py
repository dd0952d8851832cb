"""Tests of ``chat.erasing``."""
