"""ISO 20022: statements (camt.053), notices (camt.054), interim reports (camt.052) and payment status (pain.002).

Every entry on an account becomes a movement; an entry that pays wages becomes a payout per transaction beside it; a
balance becomes a movement of kind ``balance``. Chinese accounts have no IBAN and stand in ``Othr/Id`` (protocol §4).
"""

import dataclasses
import importlib
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lxml import etree
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler

from anxin.intake.bank import words
from anxin.intake.bank.standing import outside
from anxin.intake.rows import MovementRow, PaymentRow
from anxin.intake.sheets.reading import OK, REFUSED, SKIPPED, Context, ReadRow, mask_name
from anxin.intake.sheets.workbook import SheetError
from anxin.law.civil import SHANGHAI, civil_date
from anxin.vault.fields import mask_card
from anxin.vault.identity import identity_problem, normal_identity

MAX_BYTES = 32 * 1024 * 1024
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((camt|pain)\.(052|053|054|002)\.001\.(\d{2}))")
_XML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<[?!A-Za-z]")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_NO_REFERENCE = {"", "NOTPROVIDED", "NONREF", "NOREF"}
# A wage account is kept in yuan; some banks write RMB, some nothing.
_CURRENCIES = {"CNY", "RMB", ""}
_CLOSING = ("CLBD", "ITBD", "CLAV", "ITAV")
_SUPPORTED = "camt.052、camt.053、camt.054、pain.002"


def is_xml(content: bytes) -> bool:
    """Whether a file looks like XML (and not like a web page)."""
    head = content[:200]
    return bool(_XML.match(head)) and b"<html" not in head.lower()


def _not_readable(reason: str, reason_en: str) -> SheetError:
    return SheetError(reason, reason_en)


def parse(content: bytes) -> tuple[str, Any]:
    """The message (e.g. ``camt.053``) and its document as a pyiso20022 object. Raises SheetError.

    Entities and document types are refused: a bank's message has none, and they can read files or fill memory.
    """
    if len(content) > MAX_BYTES:
        raise _not_readable(
            f"报文超过{MAX_BYTES // 2**20}MB，请分段导出。", f"The message is larger than {MAX_BYTES // 2**20} MB."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(content.strip(), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _not_readable(
            "XML报文不完整或有语法错误，请重新导出。", "The XML is incomplete or malformed; export it again."
        ) from error
    if root.getroottree().docinfo.doctype:
        raise _not_readable("XML报文不得含DOCTYPE。", "The XML must not have a DOCTYPE.")
    document = _document(root)
    found = _NAMESPACE.fullmatch(etree.QName(document).namespace or "") if document is not None else None
    binding = _binding(found.group(1)) if found else None
    if document is not None and found is not None and binding is None:
        binding = _newest(document, found.group(2), found.group(3), int(found.group(4)))
    if document is None or found is None or binding is None:
        raise _not_readable(
            f"不支持的报文类型，可读{_SUPPORTED}。", f"This message is not supported; {_SUPPORTED} are."
        )
    try:
        with warnings.catch_warnings():
            # A value that is no number or date stays text; the row that holds it is refused by itself.
            warnings.simplefilter("ignore", ConverterWarning)
            parsed = _parser().parse(etree.ElementTree(document), binding)
    except (ParserError, ValueError, TypeError) as error:
        raise _not_readable(
            "报文内容不符合ISO 20022，请联系银行重新导出。", "The message does not follow ISO 20022."
        ) from error
    if not any(getattr(parsed, name) is not None for name in vars(parsed)):
        raise _not_readable("报文没有内容，请联系银行重新导出。", "The message has no content; export it again.")
    return f"{found.group(2)}.{found.group(3)}", parsed


def _document(root: Any) -> Any:
    """The Document element, also inside an envelope with a business header."""
    for element in root.iter(etree.Element):
        if etree.QName(element).localname == "Document":
            return element
    return None


@lru_cache(maxsize=16)
def _binding(version: str) -> Any:
    name = version.replace(".", "_")
    try:
        module = importlib.import_module(f"pyiso20022.{name[:4]}.{name}")
    except ImportError:
        return None
    return module.Document


def _newest(document: Any, family: str, message: str, version: int) -> Any:
    """The newest known binding for a message up to three versions newer, whose elements are renamed to fit.

    New versions of these messages add elements at the edges; what is read here has stood since camt.053.001.08.
    """
    older = range(version - 1, max(version - 4, 7), -1)
    known = next((v for v in older if _binding(f"{family}.{message}.001.{v:02d}")), None)
    if known is None:
        return None
    name = f"{family}.{message}.001.{known:02d}"
    for element in document.iter(f"{{{etree.QName(document).namespace}}}*"):
        element.tag = f"{{urn:iso:std:iso:20022:tech:xsd:{name}}}{etree.QName(element).localname}"
    return _binding(name)


def _even_incomplete(kind: type[Any], known: dict[str, Any]) -> Any:
    """An object of a message, with None for what the bank left out though the standard demands it."""
    for field in dataclasses.fields(kind):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            known.setdefault(field.name, None)
    return kind(**known)


@lru_cache(maxsize=1)
def _parser() -> Any:
    config = ParserConfig(
        fail_on_unknown_properties=False, fail_on_unknown_attributes=False, class_factory=_even_incomplete
    )
    return XmlParser(config=config, handler=LxmlEventHandler)


def pick(node: Any, path: str) -> Any:
    """The value at a path of attributes; None when a step is missing. A list gives its first item."""
    for step in path.split("."):
        if isinstance(node, list):
            node = node[0] if node else None
        if node is None:
            return None
        node = getattr(node, step, None)
    if isinstance(node, list):
        return node[0] if node else None
    return node


def first(node: Any, *paths: str) -> str:
    """The first path that says something, as text; codes of choices and enumerations by their value."""
    for path in paths:
        found = pick(node, path)
        found = getattr(found, "value", found)
        if found not in (None, ""):
            return str(found).strip()
    return ""


def _fen(amount: Any) -> int | None:
    value = getattr(amount, "value", amount)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) > 10**15:
        return None
    return int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))


def _day(choice: Any) -> date | None:
    """The civil date of a date, a moment or an ISO date-or-moment choice."""
    for value in (getattr(choice, "dt", None), getattr(choice, "dt_tm", None), choice):
        if value is None:
            continue
        if hasattr(value, "to_datetime"):
            moment: datetime = value.to_datetime()
            return moment.astimezone(SHANGHAI).date() if moment.tzinfo else moment.date()
        if hasattr(value, "to_date"):
            day: date = value.to_date()
            return day
    return None


def _account(node: Any) -> str:
    number = first(node, "id.othr.id", "id.iban", "id.prtry_acct.id", "id.bban", "id.upic")
    return "".join(number.split()).replace("-", "")


def _party(node: Any) -> str:
    return first(node, "nm", "pty.nm", "agt.fin_instn_id.nm")


def _identity(party: Any) -> str:
    """A payee's identity number, when the bank passes it on."""
    holder = pick(party, "pty") or party
    number = normal_identity(first(holder, "id.prvt_id.othr.id"))
    return number if number and identity_problem(number) is None else ""


def read_statement(content: bytes, context: Context) -> list[ReadRow]:
    """The rows of a message, each with its movements and payouts. Rows count entries from 1."""
    message, document = parse(content)
    rows: list[ReadRow] = []
    if message == "pain.002":
        found = _status_rows(document, context)
    else:
        found = _account_rows(document, message, context)
    for row in found:
        row.row = len(rows) + 1
        for fact in row.item or []:
            fact.place = row.place
            if context.project is not None:
                fact.project_code = context.project.code
            elif outside(fact.account_number, context.region):
                row.verdict, row.reason, row.reason_en = (
                    REFUSED,
                    "[账户]不在您的管辖范围内",
                    "outside your jurisdiction",
                )
        row.project_code = context.project.code if context.project is not None else ""
        rows.append(row)
        if context.progress and len(rows) % 500 == 0:
            context.progress(len(rows), len(rows))
    return rows


def _account_rows(document: Any, message: str, context: Context) -> Iterator[ReadRow]:
    body = next(getattr(document, name) for name in vars(document))
    reports = {"camt.053": "stmt", "camt.054": "ntfctn", "camt.052": "rpt"}[message]
    for report in getattr(body, reports):
        account = _account(report.acct)
        seen: dict[tuple[Any, ...], int] = {}
        for entry in report.ntry or []:
            yield _entry_row(entry, account, seen, context)
        for balance in getattr(report, "bal", None) or []:
            row = _balance_row(balance, account, context)
            if row is not None:
                yield row


def _entry_row(entry: Any, account: str, seen: dict[tuple[Any, ...], int], context: Context) -> ReadRow:
    amount, direction = _fen(entry.amt), first(entry, "cdt_dbt_ind")
    booked = _day(entry.bookg_dt) or _day(entry.val_dt)
    status = first(entry, "sts.cd", "sts.prtry", "sts")
    row = ReadRow("", 0, shown={"账户": mask_card(account), "日期": str(booked or ""), "金额": _yuan(amount)})
    if status in ("PDNG", "INFO", "FUTR"):
        row.verdict, row.reason, row.reason_en = SKIPPED, "尚未入账，入账后再报", "not booked yet"
        return row
    currency = first(entry, "amt.ccy")
    if amount is not None and currency not in _CURRENCIES:
        row.verdict, row.reason, row.reason_en = REFUSED, f"[币种]不是人民币：{currency[:3]}", "is not in yuan (CNY)"
        return row
    if not account or amount is None or booked is None or direction not in ("CRDT", "DBIT"):
        row.verdict = REFUSED
        row.reason, row.reason_en = "缺少账号、金额、借贷或日期", "has no account, amount, side or date"
        return row
    if booked > civil_date(context.at):
        row.verdict, row.reason, row.reason_en = REFUSED, "[日期]不能大于今天", "[date] lies in the future"
        return row
    details = [tx for group in entry.ntry_dtls or [] for tx in group.tx_dtls or []]
    text = _texts(entry, details)
    returned = _is_return(entry, details, text)
    side = "credit" if direction == "CRDT" else "debit"
    wages = side == "debit" and not returned and _is_wages(entry, details, text)
    kind = "return" if returned else "payout" if wages else words.movement_kind(side, text)
    given = first(entry, "acct_svcr_ref", "ntry_ref")
    key = (account, booked, amount, side)
    seen[key] = seen.get(key, 0) + 1
    reference = given if given.upper() not in _NO_REFERENCE else words.own_reference(*key, seen[key])
    parties = pick(details, "rltd_pties")
    other = "dbtr" if side == "credit" else "cdtr"
    facts: list[MovementRow | PaymentRow] = [
        MovementRow(
            place="",
            reference=reference[:64],
            booked_on=booked,
            account_number=account,
            direction=side,
            kind=kind,
            amount_fen=amount,
            # A payee's name is personal; a company that pays in is not.
            counterparty="" if wages or returned else _party(pick(parties, other))[:100],
        )
    ]
    if wages or (returned and side == "credit"):
        facts += _payouts(entry, details, account, booked, reference, failed=returned)
    row.item = facts
    row.shown["类别"] = kind
    return row


def _payouts(
    entry: Any, details: list[Any], account: str, booked: date, reference: str, *, failed: bool
) -> list[PaymentRow]:
    """The payouts of an entry; one that came back is told under the reference of the payout it undoes."""
    payouts: list[PaymentRow] = []
    for number, tx in enumerate(details, 1):
        parties = tx.rltd_pties
        # In a return the bank may leave the parties as they were, or swap them: the worker is not our account.
        sides = ("cdtr", "dbtr") if not failed else ("dbtr", "cdtr")
        card = next((c for side in sides if (c := _account(pick(parties, f"{side}_acct"))) and c != account), "")
        person = pick(parties, "cdtr") if not failed else pick(parties, "dbtr") or pick(parties, "cdtr")
        text = _texts(entry, [tx])
        amount = _fen(pick(tx, "amt") or pick(tx, "amt_dtls.tx_amt.amt"))
        if amount is None:
            amount = _fen(entry.amt) if len(details) == 1 else None
        id_number = _identity(person)
        payee = _party(person)
        if amount is None or not (card or id_number or (payee and not words.is_organisation(payee))):
            continue
        given = line = first(tx, "refs.end_to_end_id")
        if given.upper() in _NO_REFERENCE:
            given = first(tx, "refs.instr_id", "refs.tx_id", "refs.acct_svcr_ref")
        if given.upper() in _NO_REFERENCE:
            given = f"{reference}/{number}"
        payouts.append(
            PaymentRow(
                place="",
                reference=given[:64],
                amount_fen=amount,
                status="failed" if failed else "paid",
                paid_on=booked,
                account_number=account,
                id_number=id_number,
                card_number=card,
                payee=payee,
                month=words.wage_month(text, booked) or words.month_of_line(line),
                reason=_return_reason(tx, entry)[:200] if failed else "",
            )
        )
    return payouts


def _is_wages(entry: Any, details: list[Any], text: str) -> bool:
    """Whether an outgoing entry pays wages: it says so, or it says no more than a month and goes to people, which is
    all a wage account is for (Order 724, Art. 26)."""
    if _purpose_is_wages(entry, details) or words.is_wages(text):
        return True
    if any(words.month_of_line(first(tx, "refs.end_to_end_id")) for tx in details):
        return True
    payees = [_party(pick(tx, "rltd_pties.cdtr")) for tx in details]
    return words.says_nothing(text) and any(payees) and not any(words.is_organisation(payee) for payee in payees)


def _texts(entry: Any, details: list[Any]) -> str:
    parts = [first(entry, "addtl_ntry_inf")]
    for tx in details[:50]:
        parts += [str(line) for line in pick_all(tx, "rmt_inf.ustrd")]
        parts += [first(tx, "addtl_tx_inf"), first(tx, "rmt_inf.strd.addtl_rmt_inf")]
    return " ".join(part for part in parts if part)


def pick_all(node: Any, path: str) -> list[Any]:
    """All values at a path whose last step is a list."""
    head, _, last = path.rpartition(".")
    found = getattr(pick(node, head) if head else node, last, None)
    return found if isinstance(found, list) else [] if found is None else [found]


def _purpose_is_wages(entry: Any, details: list[Any]) -> bool:
    codes = {first(tx, "purp.cd", "purp.prtry") for tx in details[:50]}
    codes |= {first(tx, "pmt_tp_inf.ctgy_purp.cd", "pmt_tp_inf.ctgy_purp.prtry") for tx in details[:50]}
    codes.add(first(entry, "bk_tx_cd.domn.fmly.sub_fmly_cd"))
    return bool(codes & {"SALA", "PAYR", "WAGE"}) or any(words.is_wages(code) for code in codes if code)


def _is_return(entry: Any, details: list[Any], text: str) -> bool:
    code = first(entry, "bk_tx_cd.domn.fmly.sub_fmly_cd")
    if bool(pick(entry, "rvsl_ind")) or code in ("RRTN", "RPCR", "RRCT"):
        return True
    if any(pick(tx, "rtr_inf.rsn") is not None or pick(tx, "rtr_inf.addtl_inf") for tx in details):
        return True
    return first(entry, "cdt_dbt_ind") == "CRDT" and words.is_return(text)


def _return_reason(tx: Any, entry: Any) -> str:
    code = first(tx, "rtr_inf.rsn.cd", "rtr_inf.rsn.prtry")
    told = first(tx, "rtr_inf.addtl_inf") or first(tx, "addtl_tx_inf") or first(entry, "addtl_ntry_inf")
    return _IDENTITY.sub("***", " ".join(part for part in (code, told) if part)) or "退回"


def _balance_row(balance: Any, account: str, context: Context) -> ReadRow | None:
    code = first(balance, "tp.cd_or_prtry.cd", "tp.cd_or_prtry.prtry", "tp.cd")
    if code not in _CLOSING:
        return None
    if first(balance, "amt.ccy") not in _CURRENCIES:
        return None
    on, amount = _day(balance.dt), _fen(balance.amt)
    row = ReadRow("", 0, shown={"账户": mask_card(account), "日期": str(on or ""), "余额": _yuan(amount)})
    if not account or on is None or amount is None:
        row.verdict, row.reason, row.reason_en = REFUSED, "余额缺少账号或日期", "balance has no account or date"
        return row
    if code in ("CLAV", "ITAV"):
        row.verdict, row.reason, row.reason_en = SKIPPED, "可用余额，不另记", "available balance, not kept apart"
        return row
    row.item = [
        MovementRow(
            place="",
            reference=f"balance-{on}",
            booked_on=on,
            account_number=account,
            direction="credit",
            kind="balance",
            amount_fen=0,
            balance_fen=amount if first(balance, "cdt_dbt_ind") != "DBIT" else -amount,
        )
    ]
    return row


def _status_rows(document: Any, context: Context) -> Iterator[ReadRow]:
    """pain.002: accepted and settled, or rejected with a reason, for each instruction of a payout file."""
    body = next(getattr(document, name) for name in vars(document))
    for payment in body.orgnl_pmt_inf_and_sts or []:
        for tx in payment.tx_inf_and_sts or []:
            yield _status_row(tx, payment, context)


def _status_row(tx: Any, payment: Any, context: Context) -> ReadRow:
    original = tx.orgnl_tx_ref
    word = first(tx, "tx_sts") or first(payment, "pmt_inf_sts")
    reason = " ".join(
        part for part in (first(tx, "sts_rsn_inf.rsn.cd", "sts_rsn_inf.rsn.prtry"), first(tx, "sts_rsn_inf.addtl_inf"))
        if part
    )  # fmt: skip
    account, card = _account(pick(original, "dbtr_acct")), _account(pick(original, "cdtr_acct"))
    amount = _fen(pick(original, "amt.instd_amt") or pick(original, "amt.eqvt_amt.amt"))
    payee = _party(pick(original, "cdtr"))
    paid_on = _day(tx.accptnc_dt_tm) or _day(pick(original, "reqd_exctn_dt")) or civil_date(context.at)
    row = ReadRow("", 0, shown={"工资卡": mask_card(card), "收款人": mask_name(payee), "金额": _yuan(amount)})
    status = words.result(word)
    if status is None or not word:
        row.verdict, row.reason, row.reason_en = SKIPPED, "尚无最终结果", "not final yet"
        return row
    if not account or not card or amount is None:
        row.verdict = REFUSED
        row.reason = "缺少付款账号、收款卡号或金额（OrgnlTxRef）"
        row.reason_en = "has no paying account, card or amount (OrgnlTxRef)"
        return row
    text = " ".join(str(line) for line in pick_all(original, "rmt_inf.ustrd"))
    row.item = [
        PaymentRow(
            place="",
            reference=(
                first(tx, "orgnl_end_to_end_id", "orgnl_instr_id") or words.own_reference(account, card, amount)
            )[:64],
            amount_fen=amount,
            status=status,
            paid_on=min(paid_on, civil_date(context.at)),
            account_number=account,
            id_number=_identity(pick(original, "cdtr")),
            card_number=card,
            payee=payee,
            month=words.wage_month(text, paid_on),
            reason=_IDENTITY.sub("***", reason)[:200] if status == "failed" else "",
        )
    ]
    row.verdict = OK
    return row


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen / 100:.2f}"
