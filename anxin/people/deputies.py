"""Deputies: who has an absent person's seat, from one day to another."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.law.civil import civil_date
from anxin.people import trail
from anxin.people.administration import Refused, manageable_people
from anxin.people.models import Deputy, Role, User

# Their seat is a project or a bank's files: they stand in for nobody else.
_NEVER = (Role.CLERK, Role.BANK, Role.AUDITOR)
LONGEST = timedelta(days=366)


@transaction.atomic
def appoint(
    *, absent: User, deputy: User, from_on: date, until_on: date, by: User, at: datetime, reason: str = ""
) -> Deputy:
    """Give somebody an absent person's seat meanwhile, both days included. Raises Refused.

    Nobody appoints a deputy for a seat that is not his to give, so nobody can lend himself a higher one.
    """
    if from_on > until_on or until_on < civil_date(at):
        raise Refused("结束日期须不早于开始日期和今天。", "The last day comes after the first, and not before today.")
    if until_on - from_on > LONGEST:
        raise Refused("代理期最长一年。", "A deputy is appointed for a year at most.")
    people = {p.pk: p for p in User.objects.select_for_update(no_key=True).filter(pk__in=[absent.pk, deputy.pk])}
    if len(people) != 2:
        raise Refused("不能由本人代理自己。", "Nobody is his own deputy.")
    for person in people.values():
        if not person.is_active or person.left_at is not None:
            raise Refused("该人员已停用或离任。", "This person is suspended or has left.")
        if not manageable_people(by).filter(pk=person.pk).exists():
            raise Refused("该人员不在您的管理范围内。", "This person is not yours to administer.")
    if people[deputy.pk].role in _NEVER or people[absent.pk].role in _NEVER:
        raise Refused("该角色不设代理人。", "This role has no deputies.")
    row = Deputy.objects.create(
        absent=absent, deputy=deputy, from_on=from_on, until_on=until_on, reason=reason[:200], appointed_by=by
    )
    trail.record(by=by, at=at, action="deputy-appoint", subject="user", subject_id=absent.pk,
                 changes={"deputy": deputy.username, "from": from_on, "until": until_on, "reason": reason})  # fmt: skip
    return row


@transaction.atomic
def dismiss(*, row: Deputy, by: User, at: datetime) -> None:
    """End a deputy's time now: he has the seat no more from his next request on."""
    now = (
        Deputy.objects.select_for_update(of=("self",), no_key=True)
        .select_related("absent", "deputy")
        .filter(pk=row.pk)
        .first()
    )
    if now is None or now.until_on < civil_date(at):
        raise Refused("该代理已结束。", "This deputy's time is over already.")
    if not manageable_people(by).filter(pk=now.absent_id).exists():
        raise Refused("该人员不在您的管理范围内。", "This person is not yours to administer.")
    if now.from_on >= civil_date(at):
        now.delete()
    else:
        now.until_on = civil_date(at) - timedelta(days=1)
        now.save(update_fields=["until_on"])
    trail.record(by=by, at=at, action="deputy-dismiss", subject="user", subject_id=now.absent_id,
                 changes={"deputy": now.deputy.username})  # fmt: skip


def deputies_around(person: User, *, on: date) -> QuerySet[Deputy]:
    """Who stands in for a person, and for whom he does, from a day on."""
    rows = Deputy.objects.filter(Q(absent=person) | Q(deputy=person), until_on__gte=on)
    return rows.select_related("absent", "deputy").order_by("from_on")
