"""The benchmark of the answer log: see ``bin/bench-log``."""
