"""The pages of collections: who hears each, and moving a recording to another."""
