"""The search without a model: what was said in recordings, and what a user has asked and was answered."""
