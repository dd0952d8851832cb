"""The user name that an invitation suggests."""

from __future__ import annotations

from itertools import count

from django.contrib.auth.models import User

LONGEST = 100


def suggested_name(email: str) -> str:
    """Return a user name for an address that nobody has: its part before the @, with a number where it is taken."""
    allowed = [each for each in email.partition("@")[0].lower() if each.isalnum() or each in ".+-_"]
    name = "".join(allowed)[:LONGEST] or "user"
    names = User.objects.filter(username__istartswith=name).values_list("username", flat=True)
    taken = {each.casefold() for each in names}
    numbered = (f"{name}{number}" if number > 1 else name for number in count(1))
    return next(each for each in numbered if each.casefold() not in taken)
