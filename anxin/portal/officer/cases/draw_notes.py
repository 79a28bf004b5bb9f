"""What the bank's paper says later about a payment of a draw: noted by the officer, with the paper itself."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anxin.portal.officer.cases.draw_page import LINE, act_on_draw, find_draw
from anxin.portal.officer.cases.finding import find_case
from anxin.portal.officer.files import show_file, take_files
from anxin.portal.officer.forms import Wrong, key_of, read_text, read_yuan
from anxin.portal.ui.access import needs, signed_in
from anxin.remedies.models import PayoutNote
from anxin.remedies.noting import note_payment


@needs("case")
@require_POST
def note(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A payment came back, or was another sum: the reason, and the bank's paper."""
    user, case, at = signed_in(request), find_case(request, number, "case"), timezone.now()
    row = find_draw(case, pk)
    line = row.lines.select_related(*LINE).filter(pk=key_of(request.POST.get("line", ""))).first()

    def act() -> None:
        if line is None:
            raise Wrong(_("请选择人员。"))
        what = request.POST.get("what", "")
        if what not in ("back", "sum"):
            raise Wrong(_("请选择退回或金额不符。"))
        fen = read_yuan(request, "amount", _("请填写银行实付的金额。")) if what == "sum" else 0
        why = read_text(request, "reason", 200, _("请写明原因，例如账户已注销、户名不符。"))
        proofs = take_files(request, "files", kinds=("jpeg", "png", "pdf"))
        if not proofs:
            raise Wrong(_("请附银行的退汇或更正凭证（照片或 PDF）。"))
        note_payment(line=line, amount_fen=fen, reason=why, proofs=proofs, by=user, at=at)

    return act_on_draw(request, case, row, act, _("已登记，清单随入账更新，负责人会收到消息。"))


@needs("case")
@never_cache
@require_safe
def proof(request: HttpRequest, number: str, pk: int, digest: str) -> HttpResponse:
    """The bank's paper of a note; the look is written down."""
    case = find_case(request, number, "case")
    row = find_draw(case, pk)
    if not any(digest in one.proofs for one in PayoutNote.objects.filter(line__draw=row)):
        raise Http404
    return show_file(request, digest, subject="case", subject_id=case.pk)
