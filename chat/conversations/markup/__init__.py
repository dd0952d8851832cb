"""Markdown as models write it: from a text to a tree of elements.

The modules of ``static/chat/js/markdown`` do the same while an answer streams, step by step: a change of one is a
change of both. ``tests/conversations/snippets`` has the texts on which a test compares them.
"""
