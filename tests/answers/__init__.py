"""From a question to its cited text."""
