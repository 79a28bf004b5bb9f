"""The clerk asks that the works count as paused; the list of what he asked and what became of it."""

from collections.abc import Iterator
from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anxin.insight.paging import page_of, wanted_page
from anxin.law.civil import civil_date
from anxin.portal.officer.downloads import form_asked
from anxin.portal.officer.forms import Wrong, day_of, read_text
from anxin.portal.officer.pauses import STATES, state_of
from anxin.portal.site.reach import project_or_404, read_files
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.export import READ, Cell, export
from anxin.portal.ui.tags import in_english
from anxin.watch.handling.actions import AlreadyDone
from anxin.watch.handling.site import ask_to_pause_works
from anxin.watch.models import PauseRequest

LONGEST_DAYS = 366


@needs("site")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pauses(request: HttpRequest) -> HttpResponseBase:
    """The form and the list; or the list as a file."""
    project = project_or_404(request)
    at = timezone.now()
    status = 200
    if request.method == "POST":
        try:
            first, last = day_of(request.POST.get("from_on", "")), day_of(request.POST.get("until_on", ""))
            if first is None or last is None or last < first:
                raise Wrong(_("请填写停工的起止日期，止日不早于起日。"))
            if (last - first).days > LONGEST_DAYS:
                raise Wrong(_("一次报备最长一年，更长的请到期前再报。"))
            reason = read_text(request, "reason", 200, _("请写明停工原因，如冬歇、不可抗力、停工令文号。"))
            files = read_files(request, wanting=_("请附停工证明，如停工令、监理通知或现场照片。"))
            ask_to_pause_works(
                project=project, from_on=first, until_on=last, reason=reason,
                evidence=[file.digest for file in files], by=signed_in(request), at=at,
            )  # fmt: skip
        except Wrong as wrong:
            messages.error(request, str(wrong))
            status = 422
        except AlreadyDone as done:
            messages.error(request, done.en if in_english() else done.zh)
            return redirect("site-pauses")
        else:
            messages.success(request, _("已提交，等待劳动保障监察机构审批。批准前各项期限照常。"))
            return redirect("site-pauses")
    asked = PauseRequest.objects.filter(project=project).select_related("decided_by").order_by("-asked_at", "-id")
    if form := form_asked(request):
        return _download(asked, form, civil_date(at))
    paging = page_of(asked, number=wanted_page(request.GET.get("page", "")), size=20)
    context = {
        "project": project,
        "today": civil_date(at),
        "requests": paging.rows,
        "paging": paging,
        "waiting": asked.filter(decided_at=None).exists(),
        "given": request.POST,
        "standing": project.pauses.filter(from_on__lte=civil_date(at), until_on__gte=civil_date(at)).first(),
    }
    return render(request, "site/pauses.html", context, status=status)


def _download(asked: QuerySet[PauseRequest], form: str, today: date) -> HttpResponseBase:
    def lines() -> Iterator[list[Cell]]:
        for one in asked[:READ].iterator(chunk_size=1000):
            state = str(STATES[state_of(one)])
            yield [one.from_on, one.until_on, one.reason, one.asked_at, state, one.decided_at, one.answer]

    headings = [_("停工自"), _("停工至"), _("原因"), _("申请时间"), _("结果"), _("审批时间"), _("审批意见")]
    name = _("停工报备-%(day)s") % {"day": today.isoformat()}
    return export(form=form, name=name, headings=headings, rows=lines())
