"""Staff read conversations and label their answers."""
