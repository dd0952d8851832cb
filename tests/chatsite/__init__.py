"""The project: settings, headers, the backend of SQLite."""
