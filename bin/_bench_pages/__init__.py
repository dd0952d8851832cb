"""bin/bench-pages: what the pages of the site weigh, and how long they take."""
