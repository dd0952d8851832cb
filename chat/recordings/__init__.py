"""The library: recordings with their transcripts and audio."""
