"""Clearing what is kept beside the records: messages, tries, sessions and previews whose days are over.

The periods stand in ``law/clearing.yaml``. Each kind has one query here that names the rows whose time is over, asked
by the dry run (``retention plan``) and by the loop alike. The loop goes in lots of a few hundred, each in a transaction
of its own that looks at its rows again under their lock: a message put back into the queue meanwhile stays. No link of
the trail is ever cleared.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.cases.models import ClueFile, CodeTry
from anxin.intake.models import Upload
from anxin.intake.sheets.uploads import DISCARDED, READ
from anxin.law.civil import civil_date
from anxin.law.clearing import Clearing, clearings
from anxin.ledger.locks import in_turns
from anxin.notices.models import Delivery, Notice
from anxin.notices.outbox import give_up_late
from anxin.people import phones, trail
from anxin.people.models import Arrival, Attempt, PhoneCode, PhoneOwner, PhoneSession
from anxin.upkeep import kept_files

_A_LOT = 500
# So many lots of a kind in one run: the first run on an old installation ends, and the next goes on.
_LOTS = 40
Rows = QuerySet[Any]

_FINISHED = ("sent", "failed", "unknown")
# They tell when a site was told of a paper; they go with the files of the paper's case (``erasing_cases``).
PROOFS = ("paper-served",)


@dataclass(frozen=True)
class _Way:
    """How a kind is found (``over``, given the moment before which its days began) and cleared; ``told``: in the
    trail, because it held something about people."""

    over: Callable[[datetime], Rows]
    drop: Callable[[list[Any], datetime], object]
    told: bool = False


def _delete(keys: list[Any], at: datetime, *, rows: Rows) -> object:
    return rows.filter(pk__in=keys).delete()


def _forget_messages(keys: list[Any], at: datetime) -> object:
    return Delivery.objects.filter(pk__in=keys).update(address_sealed=b"", text_sealed=b"", forgotten_at=at)


def _end_sessions(keys: list[Any], at: datetime) -> object:
    Arrival.objects.filter(session_key__in=keys).delete()
    return Session.objects.filter(pk__in=keys).delete()


def _forget_uploads(keys: list[Any], at: datetime) -> None:
    files = set(Upload.objects.filter(pk__in=keys).values_list("content", flat=True))
    Upload.objects.filter(pk__in=keys, status=READ).update(status=DISCARDED, decided_at=at)
    Upload.objects.filter(pk__in=keys).update(content="", report=[])
    kept_files.let_go(files - {""}, at=at)


def _forget_clues(keys: list[Any], at: datetime) -> None:
    files = set(ClueFile.objects.filter(pk__in=keys).values_list("content", flat=True))
    ClueFile.objects.filter(pk__in=keys, decided_at=None).update(accepted=False, decided_at=at)
    ClueFile.objects.filter(pk__in=keys).update(content="", report=[])
    kept_files.let_go(files - {""}, at=at)


def _message_content(before: datetime) -> Rows:
    done = Delivery.objects.filter(forgotten_at=None, state__in=_FINISHED, not_before__lt=before)
    # Others may still be put back into the queue (``outbox.send_again``), for as long as their record stays.
    return done.filter(Q(state="sent") | Q(secret=True) | Q(ends_at__lt=before))


def _messages(before: datetime) -> Rows:
    done = Delivery.objects.filter(state__in=_FINISHED, not_before__lt=before)
    return done.exclude(notices__kind__in=PROOFS)


def _notices(before: datetime) -> Rows:
    waiting = Q(deliveries__state__in=("waiting", "sending"))
    return Notice.objects.filter(at__lt=before).exclude(kind__in=PROOFS).exclude(waiting)


def _tries(model: type[Any], column: str) -> _Way:
    return _Way(lambda before: model.objects.filter(**{f"{column}__lt": before}), _deleting(model.objects.all()))


def _deleting(rows: Rows) -> Callable[[list[Any], datetime], object]:
    return lambda keys, at: _delete(keys, at, rows=rows)


_WAYS: dict[str, tuple[_Way, ...]] = {
    "message-content": (_Way(_message_content, _forget_messages, told=True),),
    "messages": (_Way(_messages, _deleting(Delivery.objects.all()), told=True),),
    "notices": (_Way(_notices, _deleting(Notice.objects.all()), told=True),),
    "sign-in-tries": (_tries(Attempt, "at"), _tries(PhoneCode, "sent_at"), _tries(CodeTry, "at")),
    "sessions": (
        _Way(lambda before: Session.objects.filter(expire_date__lt=before), _end_sessions),
        _Way(
            lambda before: PhoneSession.objects.filter(seen_at__lt=before - phones.IDLE),
            _deleting(PhoneSession.objects.all()),
        ),
    ),
    "phones-disowned": (
        _Way(
            lambda before: PhoneOwner.objects.filter(ended_at__lt=before),
            _deleting(PhoneOwner.objects.all()),
            told=True,
        ),
    ),
    "previews": (
        _Way(
            lambda before: Upload.objects.filter(status__in=(READ, DISCARDED), uploaded_at__lt=before).exclude(
                content="", report=[]
            ),
            _forget_uploads,
            told=True,
        ),
        _Way(
            lambda before: ClueFile.objects.filter(
                Q(accepted=None) | Q(accepted=False), uploaded_at__lt=before
            ).exclude(content="", report=[]),
            _forget_clues,
            told=True,
        ),
    ),
}


def over(*, at: datetime) -> list[tuple[Clearing, int]]:
    """How many rows of each kind a run at this moment would clear; nothing is cleared."""
    return [
        (period, sum(way.over(at - period.lasts).count() for way in _WAYS[period.id]))
        for period in clearings(civil_date(at))
    ]


def clear(*, at: datetime, lots: int = _LOTS) -> dict[str, int]:
    """Clear what is over, at most so many lots of a kind. Answers how many rows of each kind; what held something about
    people leaves one link in the trail. Safe to repeat; a run that was cut short is finished by the next."""
    give_up_late(at=at)
    cleared = Counter[str]()
    told = Counter[str]()
    for period in clearings(civil_date(at)):
        before = at - period.lasts
        for way in _WAYS[period.id]:
            number = sum(in_turns(_lots(way, before, at, lots)))
            cleared[period.id] += number
            told[period.id] += number if way.told else 0
    if +told:
        with transaction.atomic():
            trail.record(by=None, at=at, action="clear", subject="upkeep", subject_id="", changes={"erased": +told})
    return dict(+cleared)


def _lots(way: _Way, before: datetime, at: datetime, lots: int) -> Iterator[int]:
    for _ in range(lots):
        keys = list(way.over(before).order_by().values_list("pk", flat=True)[:_A_LOT])
        if not keys:
            return
        yield _lot(way, keys, before, at)


@transaction.atomic
def _lot(way: _Way, keys: list[Any], before: datetime, at: datetime) -> int:
    # Looked at again under the lock: a message may have been put back into the queue meanwhile.
    still = list(
        way.over(before).order_by().select_for_update(of=("self",)).filter(pk__in=keys).values_list("pk", flat=True)
    )
    way.drop(still, at)
    return len(still)
