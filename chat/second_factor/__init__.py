"""Second factors: an authenticator app, passkeys and recovery codes, stored by ``allauth.mfa``.

Only ``chatsite.urls`` imports the views, where the extra ``sso`` is installed.
"""
