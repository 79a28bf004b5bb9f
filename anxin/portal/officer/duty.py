"""The duty roster of a unit: a month at a glance, holidays round the clock."""

from collections.abc import Iterator
from datetime import datetime, time

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anxin.law.civil import SHANGHAI, civil_date, first_day, month_of, shift_month
from anxin.people import duty as rosters
from anxin.people.access import may
from anxin.people.administration import Refused, manageable_units
from anxin.people.models import Duty, Organisation, User
from anxin.portal.officer.downloads import form_asked, note_export
from anxin.portal.officer.forms import day_of, key_of
from anxin.portal.officer.handling_words import person as name_of
from anxin.portal.officer.organisations import said_to
from anxin.portal.officer.people_words import ROLES
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english, said

UNITS = 200
WEEK = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def units_with_duty(user: User, permission: str = "duty") -> QuerySet[Organisation]:
    """The open units in a person's bounds; his own among them whatever his bounds are."""
    mine = manageable_units(user, permission)
    if may(user, permission) and user.organisation_id is not None:
        mine = Organisation.objects.filter(Q(pk__in=mine.values("pk")) | Q(pk=user.organisation_id))
    return mine.filter(active=True)


@needs("duty")
@require_safe
def duty(request: HttpRequest) -> HttpResponseBase:
    """A month of a unit's roster, and who is on duty now; or the month's turns as a file."""
    user = signed_in(request)
    at = timezone.now()
    month = _month_or_404(request.GET.get("month", "") or month_of(civil_date(at)))
    unit = _unit(request, user)
    if unit is None:
        return render(request, "officer/duty/nowhere.html")
    if form := form_asked(request):
        turns = rosters.turns_between(unit, *_span(month))
        note_export(request, form=form, rows=turns)
        return _download(unit, turns, month, form)
    return _page(request, unit, month, at)


def _page(
    request: HttpRequest, unit: Organisation, month: str, at: datetime, refused: tuple[str, Refused] | None = None
) -> HttpResponse:
    """A month of a roster. ``refused``: which form was not taken and why; it is shown as it was filled in."""
    user = signed_in(request)
    form, why = refused or ("", None)
    days = rosters.roster(unit, month)
    english = in_english()
    staffed = Exists(User.objects.filter(organisation=OuterRef("pk"), is_active=True, left_at=None))
    crew = User.objects.filter(organisation=unit, is_active=True, left_at=None).order_by("display_name")
    may_plan = units_with_duty(user, "assign").filter(pk=unit.pk).exists()
    context = {
        "unit": unit,
        "units": units_with_duty(user).filter(staffed).order_by("region_code", "kind")[:UNITS],
        "month": month,
        "previous": shift_month(month, -1),
        "next": shift_month(month, 1),
        "today": civil_date(at),
        "at": at,
        "week": WEEK,
        "blanks": range(first_day(month).weekday()),
        "days": [
            {
                "row": row,
                "week": WEEK[row.day.weekday()],
                "name": row.kind.en if english else row.kind.zh,
                "plain": row.kind.zh in ("工作日", "周末"),
            }
            for row in days
        ],
        "provisional": any(row.kind.provisional for row in days),
        "open_holidays": sum(row.holiday and not row.turns and row.day >= civil_date(at) for row in days),
        "now": rosters.on_duty([unit], at=at),
        "turns": list(rosters.turns_between(unit, *_span(month))) if may_plan else [],
        "crew": [(person, ROLES.get(person.role, person.role)) for person in crew],
        "may_plan": may_plan,
        "form": form,
        "given": request.POST if refused else {},
        "asked_crew": request.POST.getlist("crew") if form == "plan" else None,
        "wrong": {why.field: said_to(why)} if why else {},
    }
    return render(request, "officer/duty/month.html", context, status=422 if refused else 200)


def _download(unit: Organisation, turns: QuerySet[Duty], month: str, form: str) -> HttpResponseBase:
    def lines() -> Iterator[list[Cell]]:
        for turn in turns[:READ].iterator(chunk_size=1000):
            yield [said(unit, "name"), name_of(turn.person), turn.starts_at, turn.ends_at, turn.note]

    headings = [_("单位"), _("值班人员"), _("开始时间"), _("结束时间"), _("备注")]
    return export(form=form, name=_("值班表-%(month)s") % {"month": month}, headings=headings, rows=lines())


@needs("assign")
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty."""
    user, at = signed_in(request), timezone.now()
    unit = _planned_unit(request, user)
    month = _month_or_404(request.POST.get("month", "") or month_of(civil_date(at)))
    try:
        person = unit.people.filter(pk=key_of(request.POST.get("person", ""))).first()
        if person is None:
            raise Refused("请选择人员。", "Choose a person.", field="person")
        rosters.add_turn(
            unit=unit, person=person, by=user, at=at, note=request.POST.get("note", ""),
            starts_at=_moment(request, "from", "starts_at"), ends_at=_moment(request, "until", "ends_at"),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, unit, month, at, ("add", refused))
    messages.success(request, _("值班已安排。"))
    return _back(unit, month)


def _moment(request: HttpRequest, name: str, field: str) -> datetime:
    """A day and an hour of the form. Raises ``Refused``."""
    day, hour = day_of(request.POST.get(f"{name}_day", "")), _hour(request.POST.get(f"{name}_time", ""))
    if day is None or hour is None:
        raise Refused("请填写日期和时间。", "Give the day and the time.", field=field)
    return datetime.combine(day, hour, SHANGHAI)


@needs("assign")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a turn off the roster."""
    user = signed_in(request)
    units = units_with_duty(user, "assign")
    turn = get_object_or_404(Duty.objects.filter(organisation__in=units).select_related("organisation"), pk=pk)
    try:
        rosters.drop_turn(turn=turn, by=user, at=timezone.now())
    except Refused as refused:
        messages.error(request, said_to(refused))
    else:
        messages.success(request, _("班次已取消。"))
    return _back(turn.organisation, month_of(civil_date(turn.starts_at)))


@needs("assign")
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan round-the-clock duty for the month's holidays."""
    user, at = signed_in(request), timezone.now()
    unit = _planned_unit(request, user)
    month = _month_or_404(request.POST.get("month", ""))
    keys = [key for told in request.POST.getlist("crew") if (key := key_of(told))]
    try:
        made = rosters.plan_holidays(
            unit=unit, month=month, people=list(unit.people.filter(pk__in=keys)), by=user, at=at
        )
    except Refused as refused:
        return _page(request, unit, month, at, ("plan", refused))
    done = _("已安排 %(n)s 个24小时班次。") % {"n": len(made)}
    messages.success(request, done if made else _("本月没有待安排的法定节假日。"))
    return _back(unit, month)


def _unit(request: HttpRequest, user: User) -> Organisation | None:
    """The unit asked for; else one's own; else the first in reach where somebody works."""
    mine = units_with_duty(user)
    key = request.GET.get("unit", "")
    if key:
        return get_object_or_404(mine, pk=key_of(key))
    own = mine.filter(pk=user.organisation_id).first() if user.organisation_id else None
    return own or mine.filter(people__is_active=True).order_by("region_code", "pk").first()


def _planned_unit(request: HttpRequest, user: User) -> Organisation:
    return get_object_or_404(units_with_duty(user, "assign"), pk=key_of(request.POST.get("unit", "")))


def _back(unit: Organisation, month: str) -> HttpResponse:
    return redirect(f"{reverse('duty')}?unit={unit.pk}&month={month}" if month else f"{reverse('duty')}?unit={unit.pk}")


def _month_or_404(text: str) -> str:
    try:
        first = first_day(text)
    except ValueError:
        raise Http404 from None
    if not 2000 <= first.year < 2100:
        raise Http404
    return month_of(first)


def _span(month: str) -> tuple[datetime, datetime]:
    first, after = first_day(month), first_day(shift_month(month, 1))
    return datetime.combine(first, time(), SHANGHAI), datetime.combine(after, time(), SHANGHAI)


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
