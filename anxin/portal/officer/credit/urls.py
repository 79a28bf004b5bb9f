"""Addresses of the joint-punishment list."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer.credit import acts, listing, page, section

urlpatterns: list[URLPattern | URLResolver] = [
    path("credit", listing.listings, name="listings"),
    path("credit/<int:pk>", page.listing, name="listing"),
    path("credit/<int:pk>/reveal", page.reveal, name="listing-reveal"),
    path("credit/<int:pk>/files/<str:digest>", page.file, name="listing-file"),
    path("credit/<int:pk>/notice", acts.draft_notice, name="listing-notice"),
    path("credit/<int:pk>/decision", acts.draft_decision, name="listing-decision"),
    path("credit/<int:pk>/tell", acts.tell, name="listing-tell"),
    path("credit/<int:pk>/strike", acts.strike, name="listing-strike"),
    path("credit/<int:pk>/take-back", acts.take_back, name="listing-take-back"),
    path("credit/<int:pk>/object", acts.object_to, name="listing-object"),
    path("credit/<int:pk>/answer", acts.answer, name="listing-answer"),
    path("credit/<int:pk>/decide", acts.decide, name="listing-decide"),
    path("credit/<int:pk>/extend", acts.extend, name="listing-extend"),
    path("credit/<int:pk>/removal", acts.ask_removal, name="listing-removal"),
    path("credit/<int:pk>/removal/decide", acts.decide_removal, name="listing-removal-decide"),
    path("credit/<int:pk>/restore", acts.restore, name="listing-restore"),
    path("credit/<int:pk>/carry-out", acts.carry_out, name="listing-carry-out"),
    path("cases/<str:number>/listing", section.propose_listing, name="listing-propose"),
]
