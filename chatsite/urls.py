"""All addresses of the site."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from chat.accounts import forgotten_views, token_views
from chat.accounts import views as accounts
from chat.conversations import read_views
from chat.holds import views as holds
from chat.invitations import entry_views
from chat.invitations import views as invitations
from chat.people import export_views, leaving_views, people_views
from chat.people import views as people
from chat.serving import health

urlpatterns = [
    path("people/", people_views.listing, name="people"),
    path("people/<int:pk>/", people_views.detail, name="person"),
    path("people/<int:pk>/active/", people_views.activity, name="person-active"),
    path("people/<int:pk>/delete/", people_views.delete, name="person-delete"),
    path("holds/", holds.listing, name="holds"),
    path("holds/new/", holds.new, name="hold-new"),
    path("holds/<uuid:uuid>/release/", holds.release, name="hold-release"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("chat.urls")),
    path("api/", include("chat.api.urls")),
    path("scim/v2/", include("chat.scim.urls")),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", accounts.SignOut.as_view(), name="logout"),
    path("accounts/link/<str:uid>/<str:token>/", accounts.sign_in_by_link, name="sign-in-link"),
    path("accounts/first/<str:secret>/", entry_views.first_run, name="first-run"),
    path("accounts/invitation/<str:secret>/", entry_views.invitation, name="invitation"),
    path("accounts/invitations/", invitations.invitations, name="invitations"),
    path("accounts/invitations/<uuid:uuid>/renew/", invitations.renew, name="invitation-renew"),
    path("accounts/invitations/<uuid:uuid>/revoke/", invitations.revoke, name="invitation-revoke"),
    path("accounts/forgotten/", forgotten_views.forgotten, name="forgotten"),
    path("accounts/forgotten/<str:secret>/", forgotten_views.new_password, name="new-password"),
    path("accounts/password/", accounts.ChangePassword.as_view(), name="password_change"),
    path("accounts/", people.account, name="account"),
    path("accounts/data/", export_views.own_data, name="account-data"),
    path("accounts/data/progress/", export_views.progress, name="account-data-progress"),
    path("accounts/data/<uuid:uuid>/", export_views.fetch_own_data, name="account-data-file"),
    path("accounts/conversations/delete/", leaving_views.delete_conversations, name="account-conversations-delete"),
    path("accounts/delete/", leaving_views.delete_own_account, name="account-delete"),
    path("accounts/devices/sign-out/", people.sign_out_other_devices, name="devices-sign-out"),
    path("accounts/devices/<uuid:uuid>/sign-out/", people.sign_out_device, name="device-sign-out"),
    path("accounts/reads/", read_views.reads, name="reads"),
    path("accounts/tokens/", token_views.tokens, name="api-tokens"),
    path("accounts/tokens/<uuid:uuid>/revoke/", token_views.revoke, name="api-token-revoke"),
    *([path("accounts/", include("chat.sso.urls"))] if apps.is_installed("chat.sso") else []),
    *([path("", include("chat.second_factor.urls"))] if apps.is_installed("allauth.mfa") else []),
    # The admin uses the site's own pages for signing in, signing out and changing the password.
    path("admin/login/", accounts.sign_in_for_admin),
    path("admin/logout/", accounts.SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("admin/", admin.site.urls),
]
handler400 = "chat.error_views.bad_request"
handler403 = "chat.error_views.forbidden"
handler500 = "chat.error_views.server_error"
