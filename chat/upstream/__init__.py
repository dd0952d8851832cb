"""Parts for clients of network services: credentials, redacted failures, and a circuit breaker."""
