"""Uploads: files that people and programs send in pieces, until the recordings are made of them."""
