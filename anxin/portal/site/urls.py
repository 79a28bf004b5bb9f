"""Addresses of the clerk's pages, of the board's public page, and of the pauses that officers decide."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer import pauses as decisions
from anxin.portal.site import board, home, matters, mend, papers, pauses, payouts, payroll

urlpatterns: list[URLPattern | URLResolver] = [
    path("site", home.home, name="site"),
    path("site/matters/<int:pk>", matters.matter_page, name="site-matter"),
    path("site/matters/<int:pk>/object", matters.object_to, name="site-object"),
    path("site/demands/<int:pk>/answer", matters.answer, name="site-demand-answer"),
    path("site/mend/<str:what>", mend.mend, name="site-mend"),
    path("site/pauses", pauses.pauses, name="site-pauses"),
    path("site/payroll", payroll.payroll, name="site-payroll"),
    path("site/payroll/<int:pk>", payroll.sheet_page, name="site-payroll-sheet"),
    path("site/payroll/<int:pk>/submit", payroll.submit, name="site-payroll-submit"),
    path("site/payroll/months/<str:month>", payroll.month_page, name="site-payroll-month"),
    path("site/payroll/months/<str:month>/sheet", payroll.to_fill, name="site-payroll-to-fill"),
    path("site/payroll/months/<str:month>/signed", payroll.signed, name="site-payroll-signed"),
    path("site/payouts/<str:month>", payouts.payout, name="site-payout"),
    path("site/payouts/<str:month>/download", payouts.download, name="site-payout-download"),
    path("site/papers", papers.papers, name="site-papers"),
    path("site/papers/<int:pk>/file", papers.paper_file, name="site-paper-file"),
    path("site/board", board.board, name="site-board"),
    path("site/board/sheet", board.sheet, name="site-board-sheet"),
    path("boards/<str:code>", board.public, name="board-public"),
    path("pause-requests", decisions.pause_requests, name="pause-requests"),
    path("pause-requests/<int:pk>/decide", decisions.decide, name="pause-request-decide"),
    path("pause-requests/<int:pk>/files/<str:digest>", decisions.file, name="pause-request-file"),
]
