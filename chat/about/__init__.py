"""What the site does with the data of the people who use it, made from its settings."""
