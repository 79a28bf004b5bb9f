"""Addresses of the worker's pages. No personal number, code or name stands in any of them."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.worker import claim_urls, home, install, months, paid, papers, sign_in, site_page, who

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", home.home, name="me"),
    path("me/pay", months.pay, name="me-pay"),
    path("me/sites/<int:engagement>", home.site, name="me-site"),
    path("me/sites/<int:engagement>/left", paid.left, name="me-left"),
    path("me/sites/<int:engagement>/<str:month>", months.month, name="me-month"),
    path("me/sites/<int:engagement>/<str:month>/slip", months.slip, name="me-slip"),
    path("me/sites/<int:engagement>/<str:month>/paid", paid.say, name="me-paid"),
    path("me/sites/<int:engagement>/<str:month>/not-paid", paid.not_paid, name="me-not-paid"),
    path("me/looks", home.looks, name="me-looks"),
    path("me/pack", papers.pack, name="me-pack"),
    path("track/<str:number>/papers/<int:pk>", papers.paper, name="claim-paper"),
    path("s/<str:code>", site_page.site_page, name="site-page"),
    path("me/sign-in", sign_in.sign_in, name="me-sign-in"),
    path("me/who", who.who, name="me-who"),
    path("me/sign-out", sign_in.sign_out, name="me-sign-out"),
    path("me/phones/<int:pk>/not-me", sign_in.not_mine, name="me-phone-not-me"),
    path("me/manifest.webmanifest", install.manifest, name="me-manifest"),
    path("me/keeper.js", install.keeper, name="me-keeper"),
    path("me/offline", install.offline, name="me-offline"),
    path("me/icons/<str:name>", install.icon, name="me-icon"),
    *claim_urls.urlpatterns,
]
