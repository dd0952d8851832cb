"""Driving turns and following them: one writer appends numbered chunks to a log, everyone else reads on from a seq."""
