"""The addresses of SCIM."""

from django.urls import path

from . import views

app_name = "scim"
urlpatterns = [
    path("Users", views.user_list, name="user-list"),
    path("Users/<str:pk>", views.user_detail, name="user-detail"),
    path("Groups", views.group_list, name="group-list"),
    path("Groups/<str:pk>", views.group_detail, name="group-detail"),
    path("ServiceProviderConfig", views.configuration, name="configuration"),
    path("ResourceTypes", views.resource_types, name="resource-types"),
]
