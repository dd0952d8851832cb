"""Shared parts of the tests: sites, servers, clients and fakes."""
