"""What a client of any service on the network needs: credentials, redacted failures, and a breaker."""
