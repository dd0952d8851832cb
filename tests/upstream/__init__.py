"""What every network service needs."""
