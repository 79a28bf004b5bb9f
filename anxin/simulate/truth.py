"""What is true of a simulated province: which rule should speak of what, from which day and until when.

Worked out by ``expect`` from the plan alone; nothing here looks at a rule's answer or at the ledger. It is kept as
``<data>/simulated/truth.csv``, one row a rule and subject: ``fault`` what the contractor does wrong (empty where none
was planted: a site too young to have everything), ``rule``, ``project_id``, ``enterprise_id``, ``worker_id``, ``month``
(as far as the rule's object has them), ``true_from`` the first day the rule should speak, ``until`` the day it should
have fallen silent (empty: still true), ``late_on`` the first day the wages in question are late (empty where no wages
are).
"""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from django.conf import settings

from anxin.simulate.expect import Expected, PaidMonth, expect, firm_unpaid, paid_months
from anxin.simulate.site import Site, Span

if TYPE_CHECKING:
    from anxin.simulate.doors import Loaded

COLUMNS = (
    "fault", "rule", "project_id", "enterprise_id", "worker_id", "month", "true_from", "until", "late_on",
)  # fmt: skip


def truth_file() -> Path:
    """Where the truth about the simulated province is kept."""
    return Path(settings.DATA) / "simulated" / "truth.csv"


class Writer:
    """Writes the truth site by site; a context manager. The file replaces an earlier one only when all went well."""

    def __init__(self, time: Span) -> None:
        self.path = truth_file()
        self._time = time
        self._draft = self.path.with_suffix(".draft")
        self._handle: TextIO | None = None
        self._rows: Any = None
        self._firms: dict[int, list[PaidMonth]] = defaultdict(list)
        self._faults: dict[int, str] = {}

    def __enter__(self) -> "Writer":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._draft.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._handle)
        self._rows.writerow(COLUMNS)
        return self

    def write(self, site: Site, loaded: "Loaded") -> None:
        """Add the truth about one site that has been loaded."""
        project, workers = loaded.projects[site.index], loaded.workers.get(site.index, [])
        for _, expected in expect(site, self._time):
            worker = workers[expected.worker] if expected.worker >= 0 else ""
            self._row(site.fault, expected, project, "", worker)
        firm = loaded.enterprises[site.contractor]
        self._firms[firm] += paid_months(site, self._time)
        if site.fault:
            self._faults[firm] = site.fault

    def _row(self, fault: str, expected: Expected, project: Any, firm: Any, worker: Any) -> None:
        self._rows.writerow(
            (
                fault,
                expected.rule,
                project,
                firm,
                worker,
                self._time.months[expected.month] if expected.month >= 0 else "",
                date.fromordinal(expected.begin),
                "" if expected.end > self._time.until else date.fromordinal(expected.end),
                date.fromordinal(expected.late) if expected.late else "",
            )
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._handle is not None
        if kind is None:
            for firm, months in self._firms.items():
                for expected in firm_unpaid(months, self._time):
                    self._row(self._faults.get(firm, ""), expected, "", firm, "")
        self._handle.close()
        if kind is None:
            self._draft.replace(self.path)
        else:
            self._draft.unlink()
