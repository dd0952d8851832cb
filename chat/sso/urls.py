"""The addresses that django-allauth adds. Its own pages of accounts, passwords and e-mail are not among them."""

from django.urls import path
from django.views.generic import RedirectView

from . import views

urlpatterns = [
    path("sso/", views.begin, name="sso-begin"),
    path("sso/callback/", views.callback, name="sso-callback"),
    path("sso/sign-out/", views.sign_out, name="sso-sign-out"),
    # allauth sends there whoever has to begin anew.
    path("sso/sign-in/", RedirectView.as_view(pattern_name="login", query_string=True), name="account_login"),
]
