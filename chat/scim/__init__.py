"""SCIM 2.0 (RFC 7643, 7644): the directory of an organisation creates, changes and deactivates users and groups."""
