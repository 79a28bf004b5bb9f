"""Addresses of the pages; the names of the top bar's entries stand in ``ui.nav``."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer import (
    audit,
    contested,
    desk_urls,
    evidence_files,
    held,
    notices,
    people,
    people_urls,
    projects,
    rules,
    senders,
    session,
    uploads,
    warnings,
    worker_months,
    worker_phones,
)
from anxin.portal.officer.cases import urls as case_urls
from anxin.portal.officer.credit import urls as credit_urls
from anxin.portal.site import urls as site_urls
from anxin.portal.worker import urls as worker_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *people_urls.urlpatterns,
    path("", session.home, name="overview"),
    path("warnings", warnings.warning_list, name="warnings"),
    path("warnings/export", warnings.warning_export, name="warning-export"),
    path("warnings/filters", warnings.save_filter, name="warning-filter-save"),
    path("warnings/filters/<int:pk>/forget", warnings.forget_filter, name="warning-filter-forget"),
    path("warnings/<int:pk>", warnings.warning_page, name="warning"),
    *desk_urls.urlpatterns,
    *case_urls.urlpatterns,
    *credit_urls.urlpatterns,
    path("contested", contested.contested_months, name="contested"),
    path("projects", projects.projects, name="projects"),
    path("projects/<str:code>", projects.project, name="project"),
    path("projects/<str:code>/money", projects.money, name="project-money"),
    path("projects/<str:code>/gaps", projects.gaps, name="project-gaps"),
    path("projects/<str:code>/months/<str:month>", projects.month, name="project-month"),
    path("projects/<str:code>/months/<str:month>/workers/<int:engagement>", worker_months.month, name="worker-month"),
    path(
        "projects/<str:code>/months/<str:month>/workers/<int:engagement>/reveal",
        worker_months.reveal,
        name="worker-month-reveal",
    ),
    path(
        "projects/<str:code>/months/<str:month>/workers/<int:engagement>/phones/<int:pk>",
        worker_phones.decide,
        name="worker-month-phone",
    ),
    path("projects/<str:code>/evidence/<str:digest>", evidence_files.evidence_file, name="evidence-file"),
    path("audit", audit.audit, name="audit"),
    path("audit/verify", audit.verify, name="audit-verify"),
    *site_urls.urlpatterns,
    *worker_urls.urlpatterns,
    path("held", held.held, name="held"),
    path("held/<int:pk>", held.row, name="held-row"),
    path("held/<int:pk>/open", held.open_row, name="held-row-open"),
    path("held/<int:pk>/match", held.match_row, name="held-row-match"),
    path("held/<int:pk>/discard", held.discard_row, name="held-row-discard"),
    path("uploads", uploads.uploads, name="uploads"),
    path("uploads/templates/<str:kind>", uploads.template, name="upload-template"),
    path("uploads/<int:pk>", uploads.upload, name="upload"),
    path("uploads/<int:pk>/decide", uploads.decide, name="upload-decide"),
    path("senders", senders.senders, name="senders"),
    path("rules", rules.rules, name="rules"),
    path("people/looks", people.looks, name="looks"),
    path("inbox", notices.inbox, name="inbox"),
    path("inbox/read", notices.read, name="inbox-read"),
    path("inbox/preferences", notices.preferences, name="notice-preferences"),
    path("outbox", notices.outbox, name="outbox"),
    path("outbox/<int:pk>/again", notices.outbox_again, name="outbox-again"),
]
