"""The library: recordings, their transcripts and their audio."""
