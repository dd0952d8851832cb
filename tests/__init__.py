"""The test suite. A test name is a sentence about behaviour."""
