"""The HTTP API for programs: docs/api.md and docs/openapi.json."""
