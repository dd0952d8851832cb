"""bin/faults: the long form of the fault suite."""
