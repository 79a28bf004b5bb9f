"""Addresses of the pages; the names of the top bar's entries stand in ``ui.nav``."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer import overview, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in", session.sign_in, name="sign-in"),
    path("sign-out", session.sign_out, name="sign-out"),
    path("language", session.language, name="language"),
    path("", overview.overview, name="overview"),
]
