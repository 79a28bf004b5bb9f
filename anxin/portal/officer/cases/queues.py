"""The queues of the list: the three-day lane, the three clearances, old cases."""

from django.utils.translation import gettext_lazy as _

TITLES: dict[str, object] = {
    "plain": _("三日快处"),
    "deadline": _("限期清零"),
    "quarter": _("季度清零"),
    "year": _("年底清零"),
    "old-30": _("30 天以上"),
    "old-60": _("60 天以上"),
    "old-90": _("90 天以上"),
}
QUEUES = tuple(TITLES)


def queue_titles() -> list[tuple[str, object]]:
    """Each queue with its title, in the order they are shown."""
    return list(TITLES.items())
