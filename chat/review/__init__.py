"""The review: staff read conversations and label their answers."""
