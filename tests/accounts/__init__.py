"""Accounts, sign-ins and tokens."""
