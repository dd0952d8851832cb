"""What the answer log costs: see ``bin/bench-log``."""
