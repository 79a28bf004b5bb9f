"""What the wage sheets on file say of a worker's month, for a table that says less than they do.

The list for the bank (pay-out detail, 代发明细表) has no column of sums paid and none of teams. Brought after the wage
sheet of the same month it must neither take the sums paid away nor make a second line.
"""

from typing import Any

from anxin.intake.sheets.reading import Context
from anxin.ledger import read
from anxin.registry.actions import card_token, identity_blind
from anxin.registry.models import Engagement, Project

Line = dict[str, Any]  # a row of the ledger's payroll table


def lines_on_file(
    project: Project, month: str, *, id_type: str, number: str, card: str, context: Context
) -> list[Line]:
    """The sealed lines of one person and month that are no back pay; read once a file."""
    people: dict[int, dict[bytes, int]] = context.memo.setdefault("people on file", {})
    if project.pk not in people:
        known: dict[bytes, int] = {}
        rows = Engagement.objects.filter(project=project).values_list("worker_id", "worker__id_blind", "card_token")
        for worker, blind, token in rows:
            known[bytes(blind)] = worker
            if token:
                known[bytes.fromhex(token)] = worker
        people[project.pk] = known
    key = identity_blind(number, id_type) if number else bytes.fromhex(card_token(card))
    person = people[project.pk].get(key)
    sheets: dict[tuple[int, str], dict[int, list[Line]]] = context.memo.setdefault("sheets on file", {})
    if (project.pk, month) not in sheets:
        lines: dict[int, list[Line]] = {}
        for line in read.payroll(project_id=project.pk, month=month).to_pylist():
            if not line["back_pay"]:
                lines.setdefault(line["worker_id"], []).append(line)
        sheets[(project.pk, month)] = lines
    return sheets[(project.pk, month)].get(person, []) if person is not None else []
