"""Nothing of django-allauth in the admin: its tables hold no settings here, and nobody needs to change them."""

from django.contrib import admin

FOREIGN = {"account", "socialaccount", "mfa"}

for model in [each for each in admin.site._registry if each._meta.app_label in FOREIGN]:  # noqa: SLF001  # documented
    admin.site.unregister(model)
