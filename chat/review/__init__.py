"""The review: reviewers read conversations and label their answers."""
