"""The address at which a user signs out of the provider of single sign-on, too, from its sign-in on."""

PROVIDER_SIGN_OUT = "provider_sign_out"
"""The key of a Django session with that address; empty where there is none."""
