"""Addresses of the worker's pages. All but the site's page lie under /me, the scope of the app on his telephone."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.worker import home, install, sign_in, who

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", home.home, name="me"),
    path("me/pay", home.home, name="me-pay"),
    path("me/sign-in", sign_in.sign_in, name="me-sign-in"),
    path("me/who", who.who, name="me-who"),
    path("me/sign-out", sign_in.sign_out, name="me-sign-out"),
    path("me/phones/<int:pk>/not-me", sign_in.not_mine, name="me-phone-not-me"),
    path("me/manifest.webmanifest", install.manifest, name="me-manifest"),
    path("me/keeper.js", install.keeper, name="me-keeper"),
    path("me/offline", install.offline, name="me-offline"),
    path("me/icons/<str:name>", install.icon, name="me-icon"),
]
