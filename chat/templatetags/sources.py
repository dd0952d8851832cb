"""The timeline of a source as a tag: ``{% load sources %}``."""

from django import template

from chat.conversations.source_html import timeline_html

register = template.Library()
register.simple_tag(timeline_html)
