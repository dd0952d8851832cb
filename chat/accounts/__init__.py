"""Who comes in: accounts, sign-ins and API tokens."""
