"""What goes to the employer never says who claims: the last look at a paper before it is frozen, and the sealed list
that stays with the authority."""

import io
import re
from datetime import datetime

from docx import Document as Word

from anxin.cases.money import due_fen
from anxin.cases.names import pseudonym, true_name
from anxin.law.civil import civil_date
from anxin.remedies.amounts import day_words, in_figures
from anxin.remedies.filling import everything_in, text_of
from anxin.remedies.models import Document
from anxin.remedies.paper_facts import identity_of, people_of, secrets_of
from anxin.remedies.templates import shipped
from anxin.vault.fields import mask_identity


def names_told(document: Document, content: bytes) -> int:
    """In how many places a file for the employer holds a name, identity number or phone of an anonymous claimant.

    What everybody may read, such as the firm's own name, and words of the form itself tell nobody.
    """
    whole, said, form = everything_in(content), text_of(content), text_of(shipped(document.kind))
    for public in _public(document):
        whole, said = whole.replace(public, "\0"), said.replace(public, "\0")
    found = 0
    for secret in secrets_of(document.case):
        if secret in form:
            continue
        if secret.isascii() and not any(sign.isdigit() for sign in secret):
            # Latin letters occur in every mark of the file: there only the words count.
            found += len(re.findall(rf"(?<![A-Za-z]){re.escape(secret)}(?![A-Za-z])", said))
        else:
            found += whole.count(secret)
    return found


def _public(document: Document) -> list[str]:
    case = document.case
    project, unit = case.project, document.unit
    names = [
        document.addressee, case.employer, unit.name if unit else "", case.enterprise.name if case.enterprise else "",
        project.name if project else "", project.address if project else "", project.code if project else "",
        project.contractor.name if project and project.contractor else "", case.number, document.number,
    ]  # fmt: skip
    return sorted((name for name in names if len(name) > 4), key=len, reverse=True)


def annex_of(document: Document, *, at: datetime) -> bytes:
    """The list of who is who, for the authority alone; empty when nobody claims anonymously."""
    people = [one for one in people_of(document.case, document.claim, document.claimant) if one.claim.anonymous]
    if not people:
        return b""
    paper = Word()
    paper.add_heading(f"{document.number or document.kind} 人员名单（密存，不得交用人单位）", level=1)
    table = paper.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, ("代称", "姓名", "身份证号", "金额（元）"), strict=True):
        cell.text = text
    for one in people:
        identity = identity_of(one)
        words = (
            pseudonym(one),
            true_name(one) or "—",
            mask_identity(identity) if identity else "—",
            in_figures(due_fen(one)),
        )
        for cell, text in zip(table.add_row().cells, words, strict=True):
            cell.text = text
    paper.add_paragraph(day_words(civil_date(at)))
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()
