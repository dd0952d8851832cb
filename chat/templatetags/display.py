"""The functions of ``chat/display.py``, the signs of speakers and addresses, as filters: ``{% load display %}``."""

from django import template

from chat.display import ago, clock, count, day_group, duration, icon, marked, shown
from chat.models import Recording
from chat.recordings.speakers import initials, tint

register = template.Library()
for function in (ago, clock, count, day_group, duration, initials, marked, shown, tint):
    register.filter(function)
register.filter("address_of", Recording.address_of)
register.simple_tag(icon)
