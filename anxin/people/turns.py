"""Taking turns: who asks about the same thing at the same moment waits for the other to commit."""

from django.db import connection

from anxin import plainly


def take_turn(about: int | bytes) -> None:
    """Hold a turn until the transaction ends; nobody else has one about the same meanwhile.

    Call it in a transaction, before what is counted is read. ``about``: a number of ours, or a blind value.
    """
    # SQLite's transactions begin IMMEDIATE and are alone already.
    if connection.vendor == "postgresql":
        key = about if isinstance(about, int) else int.from_bytes(about[:8], "big", signed=True)
        with plainly.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
