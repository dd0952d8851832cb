"""Second factors: tests of ``chat.second_factor``."""
