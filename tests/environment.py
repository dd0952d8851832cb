"""The environment of a test run, set before the settings are read (pytest loads this first)."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="chatsite-test-"))
os.environ.setdefault("CHAT_EMBEDDED_WORDS_PER_SECOND", "0")
os.environ.setdefault("CHAT_QUESTIONS_PER_MINUTE", "100000")
