"""The ordinary steps of a case: accept, refuse, ask for more, pass on, open an investigation, try to reach somebody.

Whoever takes the first step of a case nobody has taken becomes its named person.
"""

from datetime import datetime

from django.db import transaction

from anxin.cases.flow import open_and_locked, step, tell
from anxin.cases.models import Case, Claimant, Contact
from anxin.cases.taking import take
from anxin.notices.send import notify
from anxin.people import trail
from anxin.people.models import Organisation, User
from anxin.watch.handling.actions import chiefs_of

WAYS = ("phone", "message", "letter", "visit", "other")
RESULTS = ("reached", "no_answer", "refused", "wrong_number", "off")


@transaction.atomic
def accept(*, case: Case, by: User, at: datetime) -> Case:
    """Accept a case 受理. Raises CannotMove where the procedure knows no such step."""
    return step(_in_hand(case, by, at), to="accepted", by=by, at=at)


@transaction.atomic
def refuse(*, case: Case, reason: str, by: User, at: datetime) -> Case:
    """Refuse a case 不予受理 with the reason, which the claimants read. Raises ValueError without one."""
    return step(_in_hand(case, by, at), to="refused", by=by, at=at, zh=_words(reason), en=_words(reason))


@transaction.atomic
def ask_for_more(*, case: Case, what: str, by: User, at: datetime) -> Case:
    """Ask the claimants for something more 补充材料, in words they understand. Raises ValueError without any."""
    return step(_in_hand(case, by, at), to="supplement", by=by, at=at, zh=_words(what), en=_words(what))


@transaction.atomic
def pass_on(*, case: Case, to: Organisation | None, name: str, reason: str, by: User, at: datetime) -> Case:
    """Pass a case to the authority in charge 移送. ``to``: one that works on this platform; else its ``name`` alone.

    The claimants read where it went and why. Raises ValueError without a name or a reason.
    """
    where = to.name if to is not None else _words(name)
    now = _in_hand(case, by, at)
    if to is not None:
        now.unit = to
        now.save(update_fields=["unit"])
        notify(to=chiefs_of(to), kind="case-transferred", subject="case", subject_id=now.pk, at=at, urgent=True,
               zh=f"移送案件 {now.number}：{_words(reason)}",
               en=f"Case {now.number} was passed to you: {_words(reason)}")  # fmt: skip
    trail.record(by=by, at=at, action="case-pass-on", subject="case", subject_id=now.pk,
                 changes={"to": where, "reason": reason, "number": now.number})  # fmt: skip
    return step(now, to="transferred", by=by, at=at, zh=f"{where}。{_words(reason)}",
                en=f"{to.name_en or where if to else where}. {_words(reason)}")  # fmt: skip


@transaction.atomic
def go_on(*, case: Case, to: str, note: str, by: User, at: datetime) -> Case:
    """Bring a case to another state of the procedure, with a word the office keeps for itself.

    Raises CannotMove where the procedure knows no such step.
    """
    now = step(_in_hand(case, by, at), to=to, by=by, at=at)
    if note.strip():
        tell(now, kind="note", by=by, at=at, public=False, zh=note.strip(), en=note.strip())
    return now


@transaction.atomic
def note_contact(
    *, case: Case, way: str, result: str, note: str, by: User, at: datetime, claimant: Claimant | None = None
) -> Contact:
    """Write down that somebody tried to reach a claimant, and how it went. The claimants see that they were tried.

    Raises ValueError on a way or a result that is not offered.
    """
    if way not in WAYS or result not in RESULTS:
        raise ValueError("A way and a result of the list.")
    now = open_and_locked(case)
    row = Contact.objects.create(case=now, claimant=claimant, at=at, by=by, way=way, result=result, note=note[:300])
    if result != "reached":
        tell(now, kind="contact", by=by, at=at, public=True, zh="我们联系您未能联系上，请留意来电或在此留言",
             en="We tried to reach you in vain; please answer our call or write here")  # fmt: skip
    trail.record(by=by, at=at, action="case-contact", subject="case", subject_id=now.pk,
                 changes={"way": way, "result": result})  # fmt: skip
    return row


def _in_hand(case: Case, by: User, at: datetime) -> Case:
    now = open_and_locked(case)
    return take(case=now, by=by, at=at) if now.owner_id is None else now


def _words(text: str) -> str:
    said = " ".join(text.split())[:300]
    if not said:
        raise ValueError("A reason has words.")
    return said
