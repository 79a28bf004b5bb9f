"""Notices: one message to a person, in his inbox and over the channels he chose, once.

Public functions: ``notify`` (inside the transaction of the act that causes it), ``deliver`` (the outbox's loop),
``inbox`` of a person, ``mark_read``.
"""
