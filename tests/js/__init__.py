"""The modules of the page, and the programs that check them."""
