"""A run of segments as a tag: ``{% load runs %}``."""

from django import template

from chat.recordings.runs_html import run_html

register = template.Library()
register.simple_tag(run_html)
