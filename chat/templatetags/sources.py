"""A source, and its timeline, as tags: ``{% load sources %}``."""

from django import template

from chat.conversations.source_html import source_html, timeline_html

register = template.Library()
register.simple_tag(source_html)
register.simple_tag(timeline_html)
