"""Instalments of an agreement: paid by what the people received since, broken when their day passed and they were not.

Nobody marks an instalment as paid: only money received counts, the bank's record or the worker's own word.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anxin.cases import flow
from anxin.cases.flow import CannotMove
from anxin.cases.hands import answerable
from anxin.cases.models import Case, Claimant
from anxin.cases.money import due_fen
from anxin.law.civil import civil_date
from anxin.notices.send import notify
from anxin.people import trail
from anxin.remedies.models import Instalment, Track
from anxin.remedies.promised import concerned, keep_day, next_ways, wanting, ways_in_words


def keep_instalments(track: Track, parts: Sequence[tuple[date, int]]) -> list[Instalment]:
    """Write the days and parts of an agreement down. Raises CannotMove unless they are in order of their days, above
    nought, and make up just what is still to come."""
    rest = (track.agreed_fen or 0) - track.received_before_fen
    days = [day for day, _ in parts]
    if any(fen <= 0 for _, fen in parts) or sum(fen for _, fen in parts) != rest:
        raise CannotMove(
            f"各期金额合计应等于尚未支付的 {rest / 100:,.2f} 元。",
            f"The parts make up what is still to come: {rest / 100:,.2f} yuan.",
        )
    if days != sorted(set(days)) or (track.agreed_on and days[0] < track.agreed_on):
        raise CannotMove("各期日期应依次排列，且不早于协议之日。", "The days follow one another from the agreement on.")
    return Instalment.objects.bulk_create(
        Instalment(track=track, turn=turn, due_on=day, amount_fen=fen) for turn, (day, fen) in enumerate(parts, 1)
    )


def received_since(track: Track) -> int:
    """What the people of the agreement received since, of what it promised them (fen). Nobody's surplus pays another's;
    the part of one who withdrew is no longer waited for."""
    people = Claimant.objects.filter(pk__in=track.people)
    came = sum(due_fen(one) if one.withdrawn_at else min(one.received_fen, due_fen(one)) for one in people)
    return max(0, came - track.received_before_fen)


@transaction.atomic
def reconcile_instalments(*, track: Track, at: datetime) -> list[Instalment]:
    """Count what came in towards the instalments in order of their days. Answers those newly broken; the officers and
    the people of every case it binds, who lack something of it, are told, and a case that was being paid is overdue
    again. After a split it is still one agreement: what came to any of its people counts in it once."""
    cases = list(concerned(track).select_for_update(no_key=True))
    came, broken = received_since(track), []
    for row in Instalment.objects.select_for_update(no_key=True).filter(track=track).order_by("turn"):
        row.covered_fen = min(row.amount_fen, came)
        came -= row.covered_fen
        if row.covered_fen < row.amount_fen:
            row.paid_at = None
            if row.due_on < civil_date(at) and row.broken_at is None:
                row.broken_at = at
                broken.append(row)
        elif row.paid_at is None:
            row.paid_at = at
        row.save(update_fields=["covered_fen", "paid_at", "broken_at"])
    for case in cases:
        if broken and wanting(track, case):
            _tell_broken(track, case, broken, at)
        keep_day(case, at=at)
    return broken


def _tell_broken(track: Track, case: Case, broken: Sequence[Instalment], at: datetime) -> None:
    zh, en = ways_in_words(next_ways(track, on=civil_date(at)))
    for row in broken:
        owed = (row.amount_fen - row.covered_fen) / 100
        flow.tell(case, kind="instalment-broken", by=None, at=at, public=True,
                  zh=f"协议第{row.turn}期（{row.due_on}）还差 {owed:,.2f} 元没付"
                     + (f"，下一步可以走：{zh}" if zh else ""),
                  en=f"Part {row.turn} of the agreement ({row.due_on}) is short of {owed:,.2f} yuan"
                     + (f"; open now: {en}" if en else ""))  # fmt: skip
        trail.record(by=None, at=at, action="instalment-broken", subject="case", subject_id=case.pk,
                     changes={"track": track.pk, "turn": row.turn})  # fmt: skip
    notify(to=answerable(case, at=at), kind="instalment-broken", subject="case", subject_id=case.number, at=at,
           urgent=True,
           zh=f"案件 {case.number} 的调解协议有 {len(broken)} 期逾期未付" + (f"，下一步：{zh}" if zh else ""),
           en=f"Case {case.number}: {len(broken)} part(s) of the agreement unpaid"
              + (f"; next: {en}" if en else ""))  # fmt: skip
    if case.state == "paying":
        flow.move(case=case, to="overdue", by=None, at=at)
