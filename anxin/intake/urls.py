"""Addresses of the doors. Any base path may stand before a door's own name."""

from django.urls import URLPattern, URLResolver, path, re_path

from anxin.intake.bulk.api import api
from anxin.intake.cwr.door import serve
from anxin.intake.national import views as national

urlpatterns: list[URLPattern | URLResolver] = [
    *national.urls(),
    re_path(r"^(?:.*/)?CWRService/(?P<function>\w{1,40})/?$", serve, name="cwr"),
    path("api/v1/", api.urls),
]
