"""What follows when a draw has been paid out: the money is claimed back, or the deposit is to be filled up again."""

from datetime import datetime

from django.db.models import Sum

from anxin.cases import flow
from anxin.cases.models import Case, Liable
from anxin.law.civil import civil_date
from anxin.law.clocks import due_on, moment_due
from anxin.notices.send import notify
from anxin.people.models import Role, User
from anxin.registry.models import Enterprise
from anxin.remedies.backstop_data import backstop_kinds
from anxin.remedies.models import Draw, DrawState, Recovery, TopUp

RECOVER_WITHIN = "1 month"


def settle(draw: Draw, case: Case, *, by: User | None, at: datetime) -> bool:
    """End a draw when every line is paid or given back. Answers whether it ended. Call it under the draw's lock."""
    if draw.lines.filter(paid_on=None, given_back_at=None).exists():
        return False
    paid = draw.lines.exclude(paid_on=None).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    draw.state, draw.ended_at = (DrawState.PAID if paid else DrawState.CANCELLED), at
    draw.save(update_fields=["state", "ended_at"])
    if not paid:
        return True
    if draw.deposit is not None:
        _to_fill_up(draw, case, paid, at)
    else:
        debtor, name = debtor_of(case)
        Recovery.objects.create(
            draw=draw, debtor=debtor, debtor_name=name[:200], claimed_fen=paid, opened_at=at,
            due_on=due_on(civil_date(at), RECOVER_WITHIN),
        )  # fmt: skip
        flow.tell(case, kind="recovery", by=by, at=at, public=False,
                  zh=f"向{name}追偿 {paid / 100:,.2f} 元", en=f"{name} owes {paid / 100:,.2f} yuan back")  # fmt: skip
    return True


def debtor_of(case: Case) -> tuple[Enterprise | None, str]:
    """Who owes what was paid first: the first of the confirmed liability chain, of the proposed, or the employer."""
    chain = Liable.objects.filter(case=case).select_related("enterprise")
    first = chain.order_by("proposed", "rank", "pk").first()
    if first is not None:
        return first.enterprise, first.name
    if case.enterprise is not None:
        return case.enterprise, case.enterprise.name
    return None, case.employer or "用人单位"


def _to_fill_up(draw: Draw, case: Case, paid: int, at: datetime) -> None:
    deposit = draw.deposit
    assert deposit is not None
    row = TopUp.objects.create(
        deposit=deposit, draw=draw, amount_fen=paid, started_at=at,
        due_at=moment_due(at, backstop_kinds()["deposit"].top_up),
    )  # fmt: skip
    clerks = User.objects.filter(role=Role.CLERK, project=deposit.project.code, is_active=True)
    notify(to=clerks, kind="top-up", subject="project", subject_id=deposit.project.code, at=at, urgent=True,
           zh=f"工资保证金已动用 {paid / 100:,.2f} 元，请于 {civil_date(row.due_at)} 前补足",
           en=f"{paid / 100:,.2f} yuan of the deposit were used; fill it up by {civil_date(row.due_at)}")  # fmt: skip
    flow.tell(case, kind="top-up", by=None, at=at, public=False,
              zh=f"保证金须在 {civil_date(row.due_at)} 前补足 {paid / 100:,.2f} 元",
              en=f"The deposit is to be filled up with {paid / 100:,.2f} yuan by {civil_date(row.due_at)}")  # fmt: skip
