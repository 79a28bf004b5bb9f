"""Addresses of hand-over: the desk, acts on one warning, joint handling, inspections, the board."""

from django.urls import URLPattern, URLResolver, path

from anxin.portal.officer import board, desk, handling, helping, inspections

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk", desk.desk_page, name="desk"),
    path("desk/export", desk.desk_export, name="desk-export"),
    path("desk/take", desk.desk_take, name="desk-take"),
    path("desk/assign", desk.desk_assign, name="desk-assign"),
    path("desk/urge", desk.desk_urge, name="desk-urge"),
    path("desk/snooze", desk.desk_snooze, name="desk-snooze"),
    path("handlings/<int:pk>/take", handling.take, name="handling-take"),
    path("handlings/<int:pk>/assign", handling.assign, name="handling-assign"),
    path("handlings/<int:pk>/ask", handling.ask, name="handling-ask"),
    path("handlings/<int:pk>/help", handling.add_help, name="handling-help"),
    path("handlings/<int:pk>/pause", handling.pause, name="handling-pause"),
    path("handlings/<int:pk>/extend", handling.extend, name="handling-extend"),
    path("handlings/<int:pk>/resume", handling.resume, name="handling-resume"),
    path("handlings/<int:pk>/urge", handling.urge, name="handling-urge"),
    path("handlings/<int:pk>/raise", handling.escalate, name="handling-raise"),
    path("handlings/<int:pk>/snooze", handling.snooze, name="handling-snooze"),
    path("handlings/<int:pk>/files/<str:digest>", handling.file, name="handling-file"),
    path("clock-changes/<int:pk>/decide", handling.decide, name="clock-decide"),
    path("escalations/<int:pk>/minutes", handling.minutes, name="escalation-minutes"),
    path("objections/<int:pk>/answer", handling.answer_objection, name="objection-answer"),
    path("snoozes/<int:pk>/wake", handling.wake, name="snooze-wake"),
    path("helping", helping.helping, name="helping"),
    path("helping/cases/<int:pk>/answer", helping.answer_case, name="helping-case-answer"),
    path("helping/<int:pk>/answer", helping.answer, name="helping-answer"),
    path("inspections", inspections.inspections, name="inspections"),
    path("inspections/<int:pk>", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/record", inspections.record, name="inspection-record"),
    path("inspections/<int:pk>/recheck", inspections.recheck, name="inspection-recheck"),
    path("inspections/<int:pk>/files/<str:digest>", inspections.file, name="inspection-file"),
    path("board", board.board, name="board"),
]
