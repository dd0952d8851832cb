"""The addresses of second factors, where the extra ``sso`` is installed."""

from django.urls import path

from . import removal_views, step_views, views

urlpatterns = [
    path("accounts/second-step/", step_views.second_step, name="second-step"),
    path("accounts/second-factor/", views.overview, name="second-factor"),
    path("accounts/second-factor/confirm/", views.confirm, name="second-factor-confirm"),
    path("accounts/second-factor/app/", views.add_app, name="second-factor-app"),
    path("accounts/second-factor/passkey/", views.add_passkey, name="second-factor-passkey"),
    path("accounts/second-factor/codes/", views.recovery_codes, name="second-factor-codes"),
    path("accounts/second-factor/<int:pk>/remove/", views.remove, name="second-factor-remove"),
    path("people/<int:pk>/second-factor/", removal_views.remove_of_person, name="person-second-factor"),
]
