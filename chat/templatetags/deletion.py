"""The sentence of ``chat/conversations/deletion.py`` as a tag: ``{% load deletion %}{% erasure %}``."""

from django import template

from chat.conversations.deletion import erasure

register = template.Library()
register.simple_tag(erasure)
