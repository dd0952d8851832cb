"""The functions of ``chat/display.py``, and the signs of speakers, as filters: ``{% load display %}``."""

from django import template

from chat.display import ago, clock, day_group, duration, marked, shown
from chat.recordings.speakers import initials, tint

register = template.Library()
for function in (ago, clock, day_group, duration, initials, marked, shown, tint):
    register.filter(function)
