"""Fault injection: the promises of docs/reliability.md, checked under faults."""
