"""People: the account page of each user, and the list of all users for administrators."""
