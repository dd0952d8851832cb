"""The admin, in the module where Django looks for it. Each package registers its own models."""

from django.contrib import admin

from .accounts import admin as accounts  # noqa: F401
from .accounts import token_admin  # noqa: F401
from .recordings import admin as recordings  # noqa: F401
from .review import admin as review  # noqa: F401

admin.site.enable_nav_sidebar = False  # its links are in the header
admin.site.site_header = "chatsite review"
admin.site.site_title = "chatsite"
admin.site.index_title = "Review and administration"
