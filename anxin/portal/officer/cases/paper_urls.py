"""Addresses of papers, their templates and the evidence pack."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer.cases import paper_acts, paper_list, paper_templates, papers

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<str:number>/papers", paper_acts.draft, name="paper-draft"),
    path("cases/<str:number>/pack", paper_acts.pack, name="case-pack"),
    path("papers", paper_list.papers, name="papers"),
    path("papers/<int:pk>", papers.paper, name="paper"),
    path("papers/<int:pk>/edit", paper_acts.edit, name="paper-edit"),
    path("papers/<int:pk>/sign", paper_acts.sign, name="paper-sign"),
    path("papers/<int:pk>/return", paper_acts.give_back, name="paper-return"),
    path("papers/<int:pk>/void", paper_acts.void, name="paper-void"),
    path("papers/<int:pk>/again", paper_acts.again, name="paper-again"),
    path("papers/<int:pk>/serve", paper_acts.record_serving, name="paper-serve"),
    path("papers/<int:pk>/files/<str:form>", paper_acts.file, name="paper-file"),
    path("papers/<int:pk>/proofs/<str:digest>", paper_acts.proof, name="paper-proof"),
    path("paper-templates", paper_templates.templates, name="paper-templates"),
    path("paper-templates/<str:kind>", paper_templates.download, name="paper-template"),
    path("paper-templates/<str:kind>/replace", paper_templates.put, name="paper-template-replace"),
    path("paper-templates/<str:kind>/restore", paper_templates.take_back, name="paper-template-restore"),
]
