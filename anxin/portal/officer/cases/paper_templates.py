"""The Word templates of an office: look, download, put one's own in place, take it back."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anxin.people.models import Role, User
from anxin.portal.officer.cases import paper_words as words
from anxin.portal.ui.access import needs, signed_in
from anxin.portal.ui.sending import WORD, send
from anxin.portal.ui.tags import in_english
from anxin.remedies import templates as store
from anxin.remedies.filling import MAX_TEMPLATE, BadTemplate
from anxin.remedies.kinds import Kind, kinds, needed, placeholders


def region_of(user: User) -> str:
    """Whose templates a person keeps: his own place's; an operator without a place everybody's; else nobody's."""
    return user.region or (store.EVERYWHERE if user.role == Role.OPERATOR else "")


def _kind(name: str) -> Kind:
    if name not in kinds():
        raise Http404
    return kinds()[name]


@needs("people")
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """Every kind with the template that holds here and whether it can be used."""
    return _show(request)


def _show(request: HttpRequest, *, wrong: tuple[str, list[str]] | None = None, status: int = 200) -> HttpResponse:
    region = region_of(signed_in(request))
    lines = []
    for kind in kinds().values():
        found = store.find(kind.key, region)
        faults = store.examine(kind, found.content) if found.region else []
        lines.append({
            "kind": kind, "own": found.region == region and bool(region), "region": found.region,
            "faults": [en if in_english() else zh for zh, en in faults], "audience": words.AUDIENCES[kind.audience],
            "wrong": wrong[1] if wrong and wrong[0] == kind.key else [],
            "names": sorted(placeholders(kind)), "needed": sorted(needed(kind)),
        })  # fmt: skip
    context = {"lines": lines, "region": region, "everywhere": region == store.EVERYWHERE, "most": MAX_TEMPLATE >> 20}
    return render(request, "officer/papers/templates.html", context, status=status)


@needs("people")
@require_safe
def download(request: HttpRequest, kind: str) -> HttpResponse:
    """The template that holds here, or ours with ``?ours``."""
    known = _kind(kind)
    ours = "ours" in request.GET
    content = store.shipped(kind) if ours else store.find(kind, region_of(signed_in(request))).content
    return send(content, WORD, f"{_('模板')}-{known.title['zh']}.docx")


@needs("people")
@require_POST
def put(request: HttpRequest, kind: str) -> HttpResponse:
    """Put one's own in place, if it can be used."""
    user, known = signed_in(request), _kind(kind)
    region = region_of(user)
    file = request.FILES.get("file")
    if not region or not isinstance(file, UploadedFile) or (file.size or 0) > MAX_TEMPLATE:
        said = _("请选择不超过 %(n)s MB 的 .docx 文件。") % {"n": MAX_TEMPLATE >> 20}
        messages.error(request, said if region else _("您的账号没有所在地区，不能更换模板。"))
        return _show(request, status=422)
    content = file.read()
    wrong = store.examine(known, content)
    if wrong:
        messages.error(request, _("没有更换：模板有 %(n)s 处问题，见下。") % {"n": len(wrong)})
        return _show(request, wrong=(kind, [en if in_english() else zh for zh, en in wrong]), status=422)
    try:
        store.replace(kind=known, region=region, content=content, by=user, at=timezone.now())
    except BadTemplate as bad:
        messages.error(request, bad.en if in_english() else bad.zh)
        return _show(request, status=422)
    messages.success(request, _("模板已更换，之后签批的文书按新模板制作。"))
    return redirect("paper-templates")


@needs("people")
@require_POST
def take_back(request: HttpRequest, kind: str) -> HttpResponse:
    """Take one's own away; the one above it holds again."""
    user, known = signed_in(request), _kind(kind)
    region = region_of(user)
    if region and store.restore(kind=known, region=region, by=user, at=timezone.now()):
        messages.success(request, _("已恢复为上一级模板。"))
    return redirect("paper-templates")
