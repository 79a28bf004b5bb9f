"""An act asked for by a form: done, done by somebody else first, or told why not."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from anxin.cases.flow import CannotMove
from anxin.portal.officer.forms import Wrong
from anxin.portal.ui.tags import in_english
from anxin.remedies.rendering import NotReady
from anxin.watch.handling.actions import AlreadyDone


def do_or_tell(
    request: HttpRequest,
    act: Callable[[], object],
    done: str,
    *,
    back: str,
    again: Callable[[], HttpResponse],
    first: tuple[type[AlreadyDone | CannotMove], ...] = (AlreadyDone, CannotMove),
) -> HttpResponse:
    """Do it, say ``done`` and lead ``back`` (an address). What somebody did ``first`` is told calmly, and leads back.

    A form that lacks something or asks for what may not be says what, and ``again`` shows it as it was filled in (422);
    so does one with words in it, which names itself in ``form``, when the case cannot do what it asks.
    """
    try:
        act()
    except first as told:
        messages.info(request, told.en if in_english() else told.zh)
        if isinstance(told, CannotMove) and request.POST.get("form"):
            return again()
    except (CannotMove, NotReady, Wrong) as wrong:
        said = str(wrong) if isinstance(wrong, Wrong) else wrong.en if in_english() else wrong.zh
        messages.error(request, said)
        return again()
    else:
        messages.success(request, done)
    return redirect(back)
