"""Answers that a script puts into the page it stands on; without scripts the same answer is a page of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def piece(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, back: str, cards: bool = False
) -> HttpResponse:
    """The template alone for htmx, else inside a page with this heading and a way back to the address it belongs to.

    ``cards``: the template draws its own cards.
    """
    alone = bool(request.headers.get("HX-Request"))
    shown = template if alone else "ui/piece.html"
    answer = render(
        request, shown, {**context, "piece": template, "piece_title": title, "piece_back": back, "piece_cards": cards}
    )
    patch_vary_headers(answer, ["HX-Request"])
    return answer
