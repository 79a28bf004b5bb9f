"""Addresses of the ways to money: tracks, draws, queues; and an agency's own part in them."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer import fund_entries, helping_ways
from anxin.portal.officer.cases import draw_notes, draw_page, money_lists, ways_acts

# Before the address of a case, which takes any word.
queues: list[URLPattern | URLResolver] = [path("cases/money", money_lists.money, name="case-money")]
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<str:number>/particulars", ways_acts.save_particulars, name="case-particulars"),
    path("cases/<str:number>/tracks", ways_acts.begin, name="track-begin"),
    path("cases/<str:number>/tracks/<int:pk>", ways_acts.step, name="track-step"),
    path("cases/<str:number>/tracks/<int:pk>/agree", ways_acts.agree, name="track-agree"),
    path("cases/<str:number>/track-clocks/<int:pk>", ways_acts.extend, name="track-extend"),
    path("cases/<str:number>/pledges", ways_acts.ask_pledge, name="pledge-ask"),
    path("cases/<str:number>/draws", ways_acts.ask_draw, name="draw-ask"),
    path("cases/<str:number>/draws/<int:pk>", draw_page.draw, name="draw"),
    path("cases/<str:number>/draws/<int:pk>/decide", draw_page.decide, name="draw-decide"),
    path("cases/<str:number>/draws/<int:pk>/cancel", draw_page.cancel, name="draw-cancel"),
    path("cases/<str:number>/draws/<int:pk>/file", draw_page.file, name="draw-file"),
    path("cases/<str:number>/draws/<int:pk>/answers", draw_page.answers, name="draw-answers"),
    path("cases/<str:number>/draws/<int:pk>/notes", draw_notes.note, name="draw-note"),
    path("cases/<str:number>/draws/<int:pk>/notes/<str:digest>", draw_notes.proof, name="draw-note-file"),
    path("cases/<str:number>/draws/<int:pk>/top-up", draw_page.top_up, name="draw-top-up"),
    path("cases/<str:number>/draws/<int:pk>/recovery", draw_page.recover, name="draw-recovery"),
    path("cases/<str:number>/write-offs/<int:pk>", draw_page.decide_write_off, name="write-off-decide"),
    path("helping/ways", helping_ways.page, name="helping-ways"),
    path("helping/tracks/<int:pk>", helping_ways.track, name="helping-track"),
    path("helping/pledges/<int:pk>", helping_ways.pledge, name="helping-pledge"),
    path("helping/funds", helping_ways.fund_new, name="fund-new"),
    path("helping/funds/<int:pk>", helping_ways.fund_set, name="fund-set"),
    path("helping/funds/<int:pk>/entries", fund_entries.fund_entries, name="fund-entries"),
    path("helping/funds/<int:pk>/book", helping_ways.fund_book, name="fund-book"),
]
