"""Addresses of signing in and of the own account."""

from django.urls import URLPattern, path

from anxin.portal.officer import account, arriving, session

urlpatterns: list[URLPattern] = [
    path("sign-in", session.sign_in, name="sign-in"),
    path("sign-in/code", arriving.code, name="sign-in-code"),
    path("sign-in/enrol", arriving.enrol, name="sign-in-enrol"),
    path("sign-in/enter", arriving.enter, name="sign-in-enter"),
    path("sign-in/password", arriving.password, name="sign-in-password"),
    path("sign-in/single", session.single, name="sign-in-single"),
    path("sign-in/single/answer", session.single_answer, name="sign-in-single-answer"),
    path("sign-out", session.sign_out, name="sign-out"),
    path("language", session.language, name="language"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="account-password"),
    path("account/second-step", account.step, name="account-second-step"),
    path("account/second-step/codes", account.step_codes, name="account-second-step-codes"),
    path("account/second-step/remove", account.step_remove, name="account-second-step-remove"),
    path("account/sessions/end", account.sessions_end, name="account-sessions-end"),
    path("account/sessions/<int:pk>/end", account.session_end, name="account-session-end"),
]
