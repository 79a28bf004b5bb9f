"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("anxin.intake.urls")),
    path("", include("anxin.portal.urls")),
]
