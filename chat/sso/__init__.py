"""Single sign-on with OpenID Connect, by django-allauth. Installed where the settings ask for it."""
