"""bin/bench: what an answer costs, beside a pump that stores nothing."""
