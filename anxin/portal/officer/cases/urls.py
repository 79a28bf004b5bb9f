"""Addresses of claims and cases. A case's own address is its number: what other words stand there come first."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer.cases import cost, listing, page

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases", listing.cases_page, name="cases"),
    path("cases/cost", cost.cost_page, name="case-cost"),
    path("cases/cost/export", cost.cost_export, name="case-cost-export"),
    path("cases/<str:number>", page.case_page, name="case"),
]
