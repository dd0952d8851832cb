"""What the site promises when things break, shown by breaking them: see docs/reliability.md."""
