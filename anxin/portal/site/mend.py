"""Forms of one record each: account and agreement, deposit, clerk, notice board; each with its papers."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anxin.insight.completeness import ITEMS as CHECKS
from anxin.law.civil import civil_date
from anxin.people.models import User
from anxin.portal.officer.forms import Wrong, day_of, key_of, read_account, read_text, read_yuan
from anxin.portal.site import words
from anxin.portal.site.reach import project_or_404, read_files, read_past_day, read_phone
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.tags import in_english
from anxin.portal.ui.words import WORDS
from anxin.registry import mending
from anxin.registry.mending import NotNow
from anxin.registry.models import AccountUse, Project
from anxin.rules.packs import rules_for
from anxin.rules.rule import Rule
from anxin.vault.fields import mask_card, open_text

DEPOSIT_FORMS = ("cash", "guarantee", "insurance")
Taker = Callable[[HttpRequest, Project, User, datetime], None]


def _account(request: HttpRequest, project: Project, by: User, at: datetime) -> None:
    number = read_account(request, "number")
    bank = read_text(request, "bank_name", 200, _("请填写开户银行。"))
    holder = read_text(request, "holder", 200)
    opened = read_past_day(request, "opened_on", at, _("请填写开户日期，不能晚于今天。"))
    agreed = read_past_day(request, "agreement_on", at, _("协议签订日期不能晚于今天。"), needed=False)
    if bool(agreed) != bool(request.FILES.getlist("agreement")):
        raise Wrong(_("三方协议的签订日期和扫描件要一起提供，或都留空以后再传。"))
    proof = read_files(request, "files", wanting=_("请附开户证明的照片或扫描件。"))
    agreement = read_files(request, "agreement")
    mending.bring_account(
        project=project, number=number, bank_name=bank, holder=holder, opened_on=opened, agreement_on=agreed,
        papers={"account": proof, "agreement": agreement}, by=by, at=at,
    )  # fmt: skip


def _agreement(request: HttpRequest, project: Project, by: User, at: datetime) -> None:
    use = _uses(project).filter(pk=key_of(request.POST.get("use", ""))).first()
    if use is None:
        raise Wrong(_("请选择协议对应的专户。"))
    agreed = read_past_day(request, "agreement_on", at, _("请填写协议签订日期，不能晚于今天。"))
    assert agreed is not None
    papers = read_files(request, wanting=_("请附三方协议的扫描件。"))
    mending.bring_agreement(project=project, use=use, agreement_on=agreed, papers=papers, by=by, at=at)


def _deposit(request: HttpRequest, project: Project, by: User, at: datetime) -> None:
    form = request.POST.get("form", "")
    if form not in DEPOSIT_FORMS:
        raise Wrong(_("请选择保证金的形式。"))
    amount = read_yuan(request, "amount", _("金额写成 300000 或 300000.50 的形式，单位为元。"))
    start = read_past_day(request, "valid_from", at, _("请填写存储或生效日期，不能晚于今天。"))
    end = day_of(request.POST.get("valid_to", ""))
    if form != "cash" and end is None:
        raise Wrong(_("保函和保险请填写到期日期。"))
    if end is not None and (start is None or end <= start or end <= civil_date(at)):
        raise Wrong(_("到期日期应晚于今天和生效日期；已到期的请先续办。"))
    issuer = read_text(request, "issuer", 200, _("请填写存储银行或出具单位。"))
    number = read_text(request, "number", 100)
    papers = read_files(request, wanting=_("请附存储凭证、保函或保单的扫描件。"))
    mending.bring_deposit(
        project=project, form=form, papers=papers, by=by, at=at,
        amount_fen=amount, valid_from=start, valid_to=end, issuer=issuer, number=number,
    )  # fmt: skip


def _clerk(request: HttpRequest, project: Project, by: User, at: datetime) -> None:
    name = read_text(request, "name", 64, _("请填写劳资专管员姓名。"))
    phone = read_phone(request, "phone")
    since = read_past_day(request, "since_on", at, _("请填写到岗日期，不能晚于今天。"))
    assert since is not None
    papers = read_files(request, wanting=_("请附任命书的照片或扫描件。"))
    mending.name_clerk(project=project, name=name, phone=phone, since_on=since, papers=papers, by=by, at=at)


def _board(request: HttpRequest, project: Project, by: User, at: datetime) -> None:
    posted = read_past_day(request, "posted_on", at, _("请填写张贴日期，不能晚于今天。"))
    assert posted is not None
    papers = read_files(request, wanting=_("请附告示牌的现场照片。"), kinds=("jpeg", "png"))
    mending.bring_board(project=project, posted_on=posted, papers=papers, by=by, at=at)


TAKERS: dict[str, Taker] = {
    "account": _account,
    "agreement": _agreement,
    "deposit": _deposit,
    "clerk": _clerk,
    "board": _board,
}


def _uses(project: Project) -> QuerySet[AccountUse]:
    return AccountUse.objects.filter(project=project, closed_on=None).select_related("account").order_by("id")


@needs("site")
@sensitive_post_parameters("number", "phone")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mend(request: HttpRequest, what: str) -> HttpResponse:
    """The form of one thing, and taking it."""
    project = project_or_404(request)
    if what not in TAKERS:
        raise Http404
    at = timezone.now()
    if request.method == "POST":
        try:
            TAKERS[what](request, project, signed_in(request), at)
        except Wrong as wrong:
            messages.error(request, str(wrong))
            return render(request, "site/mend.html", _context(request, project, what, at), status=422)
        except NotNow as not_now:
            messages.error(request, not_now.en if in_english() else not_now.zh)
            return redirect("site-mend", what=what)
        messages.success(request, _("已登记。相关预警在下一次巡检后自动解除，通常只需几秒。"))
        return redirect("site")
    return render(request, "site/mend.html", _context(request, project, what, at))


def _context(request: HttpRequest, project: Project, what: str, at: datetime) -> dict[str, object]:
    title, todo = words.ITEMS[what]
    return {
        "project": project,
        "what": what,
        "title": title,
        "todo": todo,
        "rule": _asking(project, what, at),
        "today": civil_date(at),
        "given": request.POST,
        "uses": [(use, mask_card(open_text(use.account.number_sealed))) for use in _uses(project)],
        "forms": [(form, WORDS[f"deposit.{form}"]) for form in DEPOSIT_FORMS],
        "papers": project.papers.filter(kind=what).order_by("-at")[:5],
    }


def _asking(project: Project, what: str, at: datetime) -> Rule | None:
    rules = rules_for(
        region_code=project.region_code,
        industry=project.industry,
        category=project.category,
        investment=project.investment,
        as_of=civil_date(at),
    )
    return next((rule for check in CHECKS[what] for rule in rules if rule.check == check), None)
