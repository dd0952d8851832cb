"""The functions of ``chat/display.py`` as filters: ``{% load display %}``."""

from django import template

from chat.display import clock, day_group, duration, marked, shown

register = template.Library()
for function in (clock, day_group, duration, marked, shown):
    register.filter(function)
