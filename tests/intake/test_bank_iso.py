"""ISO 20022 messages as banks send them, in several versions."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.intake import waiting
from anxin.intake.bank import iso_xml, matching, words
from anxin.intake.models import HeldRow
from anxin.intake.sheets.workbook import SheetError
from anxin.ledger.sealing import seal
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import WageAccount
from tests.intake.test_sheets_facts import current, facts
from tests.intake.test_sheets_people import bring
from tests.people import identity, make_project, make_worker

ACCOUNT = "1401050000000000001"
CARDS = [f"622202000000000000{n}" for n in range(10)]
MOVEMENT_KEY = PAYMENT_KEY = ("project_id", "account_id", "reference")
ELEMENTS = {"camt.052": ("BkToCstmrAcctRpt", "Rpt"), "camt.053": ("BkToCstmrStmt", "Stmt"),
            "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}  # fmt: skip


def message(entries: str, balances: str = "", kind: str = "camt.053", version: str = "08") -> bytes:
    outer, inner = ELEMENTS[kind]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.{version}"><{outer}>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-16T08:00:00</CreDtTm></GrpHdr>
<{inner}><Id>S1</Id><CreDtTm>2026-04-16T08:00:00</CreDtTm>
<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>{balances}{entries}</{inner}></{outer}></Document>""".encode()


def entry(amount, side, details="", day="2026-04-15", status="BOOK", reference="", more="", version="08"):
    state = f"<Sts>{status}</Sts>" if version < "08" else f"<Sts><Cd>{status}</Cd></Sts>"
    given = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{state}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{given}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        + (f"<NtryDtls>{details}</NtryDtls>" if details else "")
        + f"{more}</Ntry>"
    )


def payout(card, amount, e2e, text="工资2026-03", more="", name="测试1"):
    return (
        f"<TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs>"
        f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"<RltdPties><Cdtr><Pty><Nm>{name}</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>{card}</Id></Othr></Id></CdtrAcct></RltdPties>"
        f"{more}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def returned(card, amount, e2e):
    return (
        f"<TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs>"
        f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<RltdPties><CdtrAcct><Id><Othr><Id>{card}</Id></Othr></Id></CdtrAcct></RltdPties>"
        "<RmtInf><Ustrd>工资2026-03退回</Ustrd></RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></RtrInf></TxDtls>"
    )


BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">12345.67</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-04-15</Dt></Dt></Bal>"
)


@pytest.fixture
def site(db, at):
    project = make_project(at)
    actions.record_account(project=project, number=ACCOUNT, on=at.date(), at=at)
    return project


def short(rows):
    return [(r["kind"], r["direction"], r["amount_fen"]) for r in rows]


VERSIONS = ["camt.053.08", "camt.053.02", "camt.053.06", "camt.053.12", "camt.054.08", "camt.054.02", "camt.052.08",
            "camt.053.13", "camt.054.14"]  # fmt: skip


@pytest.mark.parametrize("name", VERSIONS)
def test_a_statement_in_many_versions(site, at, name):
    kind, _, version = name.rpartition(".")
    worker = make_worker(site, 1, at, card_number=CARDS[1])
    credit = entry("1000000.00", "CRDT", reference="T1", version=version,
                   details="<TxDtls><RmtInf><Ustrd>人工费</Ustrd></RmtInf></TxDtls>")  # fmt: skip
    details = payout(CARDS[1], "7800.00", "E1")
    if version < "08":
        details = details.replace("<Pty>", "").replace("</Pty>", "")
    if version == "02":
        details = details.replace('<Amt Ccy="CNY">7800.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>',
                                  '<AmtDtls><TxAmt><Amt Ccy="CNY">7800.00</Amt></TxAmt></AmtDtls>')  # fmt: skip
    debit = entry("7800.00", "DBIT", details, reference="T2", version=version)
    balances = BALANCE if kind != "camt.054" else ""
    content = message(credit + debit, balances, kind, version)
    reading, _ = bring("statement", content, at)
    assert [r.verdict for r in reading.rows] == ["ok"] * (2 + bool(balances)), [r.reason for r in reading.rows]
    assert short(facts("movements"))[:2] == [("labour_fee", "credit", 100_000_000), ("payout", "debit", 780_000)]
    [paid] = facts("payments")
    known = ("worker_id", "month", "reference", "amount_fen", "status", "paid_on")
    assert tuple(paid[column] for column in known) == (
        worker.worker_id, "2026-03", "E1", 780_000, "paid", date(2026, 4, 15),
    )  # fmt: skip
    if balances:
        account = WageAccount.objects.get()
        assert (account.balance_fen, account.balance_on) == (1_234_567, date(2026, 4, 15))


def test_one_booking_for_many_payouts(site, at):
    workers = [make_worker(site, n, at, card_number=CARDS[n]) for n in (1, 2, 3)]
    details = "".join(payout(CARDS[n], f"{1000 + n}.00", f"E{n}", "2026年3月工资") for n in (1, 2, 3, 4))
    reading, _ = bring("statement", message(entry("4010.00", "DBIT", details, reference="T1")), at)
    assert [(m["kind"], m["amount_fen"]) for m in facts("movements")] == [("payout", 401_000)]
    assert [(p["worker_id"], p["amount_fen"]) for p in facts("payments")] == [
        (w.worker_id, 100_100 + 100 * n) for n, w in enumerate(workers)
    ]
    assert "5项中1项" in reading.rows[0].reason
    assert (reading.rows[0].verdict, reading.counts["waiting"]) == ("waiting", 1)
    held = HeldRow.objects.get()
    assert (held.kind, held.status) == ("payments", "waiting")
    roster = make_worker(site, 4, at, card_number=CARDS[4])
    assert waiting.release(at=at) == 1
    assert facts("payments")[-1]["worker_id"] == roster.worker_id


def test_the_same_statement_twice_counts_once(site, at):
    make_worker(site, 1, at, card_number=CARDS[1])
    twins = entry("500.00", "CRDT") + entry("500.00", "CRDT")
    content = message(twins + entry("7800.00", "DBIT", payout(CARDS[1], "7800.00", "NOTPROVIDED")), BALANCE)
    bring("statement", content, at)
    once = (current("movements", MOVEMENT_KEY), current("payments", PAYMENT_KEY))
    assert [m["amount_fen"] for m in once[0]] == [50_000, 50_000, 780_000, 0]
    bring("statement", content, at)
    assert (current("movements", MOVEMENT_KEY), current("payments", PAYMENT_KEY)) == once
    assert len(facts("movements")) == 8


def test_money_that_came_back_makes_the_payout_fail(site, at):
    worker = make_worker(site, 1, at, card_number=CARDS[1])
    bring("statement", message(entry("7800.00", "DBIT", payout(CARDS[1], "7800.00", "E1"), reference="T1")), at)
    back = message(entry("7800.00", "CRDT", returned(CARDS[1], "7800.00", "E1"), "2026-04-17", reference="T2"))
    bring("statement", back, at)
    [paid] = current("payments", PAYMENT_KEY)
    assert (paid["worker_id"], paid["status"], paid["reason"], paid["month"]) == (
        worker.worker_id, "failed", "AC04 账户已销户", "2026-03",
    )  # fmt: skip
    assert [m["kind"] for m in facts("movements")] == ["payout", "return"]


def test_an_old_statement_brought_again_does_not_undo_the_return(site, at):
    make_worker(site, 1, at, card_number=CARDS[1])
    paid = message(entry("7800.00", "DBIT", payout(CARDS[1], "7800.00", "E1"), reference="T1"))
    bring("statement", paid, at)
    bring("statement", message(entry("7800.00", "CRDT", returned(CARDS[1], "7800.00", "E1"), "2026-04-17")), at)
    seal(at=at)
    reading, outcome = bring("statement", paid, at)
    assert (reading.rows[0].verdict, reading.rows[0].reason, outcome.facts) == ("ok", "其后已退回，以退回为准", 1)
    assert [p["status"] for p in current("payments", PAYMENT_KEY)] == ["failed"]
    again = message(entry("7800.00", "DBIT", payout(CARDS[1], "7800.00", "E1"), "2026-04-18", reference="T3"))
    bring("statement", again, at)
    assert [p["status"] for p in current("payments", PAYMENT_KEY)] == ["paid"]


def test_a_statement_of_another_region_is_refused(site, at):
    reading, _ = bring("statement", message(entry("5.00", "CRDT")), at, region="520000")
    assert reading.rows[0].verdict == "refused"
    assert facts("movements") == []


def test_other_debits_are_no_wages(site, at):
    details = payout("1405000000000000009", "9000.00", "E9", "材料款", name="某材料公司")
    interest = entry("3.50", "CRDT", more="<AddtlNtryInf>结息</AddtlNtryInf>")
    bring("statement", message(entry("9000.00", "DBIT", details) + interest), at)
    assert short(facts("movements")) == [("other", "debit", 900_000), ("other", "credit", 350)]
    assert facts("movements")[0]["counterparty"] == "某材料公司"
    assert facts("payments") == []


@pytest.mark.parametrize("text", ["2026-03", "202603", "2026年3月", "3月份"])
def test_a_debit_that_names_a_month_alone_pays_wages(site, at, text):
    worker = make_worker(site, 1, at, card_number=CARDS[1])
    details = payout(CARDS[1], "7800.00", "E1", text) + payout(CARDS[2], "100.00", "E2", text)
    bring("statement", message(entry("7900.00", "DBIT", details)), at)
    assert short(facts("movements")) == [("payout", "debit", 790_000)]
    assert [(p["worker_id"], p["month"]) for p in facts("payments")] == [(worker.worker_id, "2026-03")]
    assert HeldRow.objects.get().status == "waiting"


def test_a_line_of_our_own_payout_file_tells_its_month(site, at):
    make_worker(site, 1, at, card_number=CARDS[1])
    details = payout(CARDS[1], "7800.00", f"AX{site.pk}-202602-1", "网银转账")
    bring("statement", message(entry("7800.00", "DBIT", details)), at)
    assert [(p["month"], p["status"]) for p in facts("payments")] == [("2026-02", "paid")]


def test_a_silent_debit_to_a_company_pays_no_wages(site, at):
    details = payout("1405000000000000009", "9000.00", "E9", "2026-03", name="某建材有限公司")
    bring("statement", message(entry("9000.00", "DBIT", details)), at)
    assert short(facts("movements")) == [("other", "debit", 900_000)]
    assert facts("payments") == []


def test_a_payee_without_card_is_kept_to_be_matched(site, at):
    nameless = "<CdtrAcct><Id><Othr><Id></Id></Othr></Id></CdtrAcct>"
    details = payout("", "100.00", "E1").replace(nameless, "")
    bring("statement", message(entry("100.00", "DBIT", details)), at)
    held = HeldRow.objects.get()
    assert (held.kind, held.status) == ("payments", "waiting")
    worker = make_worker(site, 1, at)
    assert [candidate.engagement_id for candidate in matching.candidates(held)] == [worker.pk]


def test_an_amount_in_another_currency_is_refused(site, at):
    dollars = entry("4.00", "CRDT").replace('Ccy="CNY"', 'Ccy="USD"')
    balance = BALANCE.replace('Ccy="CNY"', 'Ccy="USD"')
    reading, _ = bring("statement", message(dollars + entry("5.00", "CRDT"), balance), at)
    assert (reading.rows[0].verdict, reading.rows[0].reason) == ("refused", "[币种]不是人民币：USD")
    assert short(facts("movements")) == [("labour_fee", "credit", 500)]
    assert WageAccount.objects.get().balance_fen is None


def test_a_purpose_code_tells_wages_without_words(site, at):
    worker = make_worker(site, 1, at)
    person = f"<Id><PrvtId><Othr><Id>{identity(1)}</Id></Othr></PrvtId></Id></Pty>"
    details = payout("", "100.00", "E1", "0415", "<Purp><Cd>SALA</Cd></Purp>").replace("</Pty>", person, 1)
    details = details.replace("<CdtrAcct><Id><Othr><Id></Id></Othr></Id></CdtrAcct>", "")
    reading, _ = bring("statement", message(entry("100.00", "DBIT", details)), at)
    assert [r.verdict for r in reading.rows] == ["ok"]
    [paid] = facts("payments")
    assert (paid["worker_id"], paid["month"]) == (worker.worker_id, "2026-03")
    assert identity(1) not in str([r.report() for r in reading.rows])


def test_what_is_not_booked_or_lies_ahead_is_not_taken(site, at):
    reading, _ = bring(
        "statement", message(entry("1", "CRDT", status="PDNG") + entry("1", "CRDT", day="2026-05-01")), at
    )
    assert [r.verdict for r in reading.rows] == ["skipped", "refused"]
    assert facts("movements") == []
    assert HeldRow.objects.get().kind == "movements"


@pytest.mark.parametrize(
    "wrong", [entry("many", "CRDT"), entry("1", "UP"), entry("1", "CRDT", day="yesterday"), "<Ntry/>"]
)
def test_an_entry_that_makes_no_sense_is_refused_and_the_rest_is_taken(site, at, wrong):
    reading, _ = bring("statement", message(wrong + entry("5.00", "CRDT")), at)
    assert [r.verdict for r in reading.rows] == ["refused", "ok"]
    assert short(facts("movements")) == [("labour_fee", "credit", 500)]


@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_a_message_without_content_is_said_in_a_sentence(kind):
    content = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"/>'.encode()
    with pytest.raises(SheetError, match="no content"):
        iso_xml.parse(content)
    with pytest.raises(SheetError, match="not supported"):
        iso_xml.parse(content.replace(b".001.08", b".001.00"))


@pytest.mark.django_db
def test_a_statement_before_the_account_waits_and_flows_on(at):
    project = make_project(at)
    make_worker(project, 1, at, card_number=CARDS[1])
    content = message(entry("7800.00", "DBIT", payout(CARDS[1], "7800.00", "E1"), reference="T1"), BALANCE)
    reading, _ = bring("statement", content, at)
    assert [r.verdict for r in reading.rows] == ["waiting", "waiting"]
    assert HeldRow.objects.filter(status="waiting").count() == 3
    actions.record_account(project=project, number=ACCOUNT, on=at.date(), at=at)
    assert waiting.release(at=at) == 3
    assert len(facts("movements")) == 2
    assert len(facts("payments")) == 1
    assert WageAccount.objects.get().balance_fen == 1_234_567


PAIN = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-04-16T08:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>O</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>{rows}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def status(e2e, word, card, version, reason=""):
    day = (
        "<ReqdExctnDt><Dt>2026-04-15</Dt></ReqdExctnDt>" if version > "07" else "<ReqdExctnDt>2026-04-15</ReqdExctnDt>"
    )
    told = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{e2e}</OrgnlEndToEndId><TxSts>{word}</TxSts>{told}<OrgnlTxRef>"
        f'<Amt><InstdAmt Ccy="CNY">7800.00</InstdAmt></Amt>{day}<RmtInf><Ustrd>202603</Ustrd></RmtInf>'
        f"<DbtrAcct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></DbtrAcct>"
        f"<CdtrAcct><Id><Othr><Id>{card}</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>"
    )


@pytest.mark.parametrize("version", ["03", "10"])
def test_payment_status_reports(site, at, version):
    for n in (1, 2):
        make_worker(site, n, at, card_number=CARDS[n])
    rows = status("E1", "ACSC", CARDS[1], version) + status("E2", "RJCT", CARDS[2], version, "AC01")
    rows += status("E3", "PDNG", CARDS[1], version)
    reading, _ = bring("statement", PAIN.format(version=version, rows=rows).encode(), at)
    assert [r.verdict for r in reading.rows] == ["ok", "ok", "skipped"]
    assert [(p["reference"], p["status"], p["reason"], p["month"]) for p in facts("payments")] == [
        ("E1", "paid", "", "2026-03"), ("E2", "failed", "AC01", "2026-03"),
    ]  # fmt: skip


BILLION = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (message(entry("1", "CRDT"))[:-30], "不完整"),
        (BILLION.encode() + message(entry("1", "CRDT", reference="&b;")).split(b"?>", 1)[1], "DOCTYPE"),
        (OUTSIDE.encode() + message(entry("1", "CRDT", reference="&a;")).split(b"?>", 1)[1], "DOCTYPE"),
        (b"<?xml version='1.0'?><a/>", "不支持"),
        (message(entry("1", "CRDT"), version="99"), "不支持"),
        (message(entry("1", "CRDT")).replace(b"camt.053", b"pacs.008"), "不支持"),
        (b"date,amount\n1,2\n", "XML"),
        (b"<" + b"a" * (iso_xml.MAX_BYTES + 1), "MB"),
    ],
    ids=["truncated", "entities", "outside file", "XML", "version", "other message", "CSV", "too large"],
)  # fmt: skip
@pytest.mark.django_db
def test_messages_that_cannot_be_read_are_refused_in_words(at, content, word):
    with pytest.raises(SheetError) as refused:
        bring("statement", content, at)
    assert word in refused.value.reason
    assert "hostname" not in str(refused.value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_words_of_any_kind_give_a_kind_a_month_and_a_result(text, day):
    for direction, kinds in (("credit", {"labour_fee", "return", "other"}), ("debit", {"payout", "other"})):
        assert words.movement_kind(direction, text) in kinds
    month = words.wage_month(text, day)
    assert month == "" or (len(month) == 7 and 1 <= int(month[5:]) <= 12)
    assert words.result(text) in {"paid", "failed", None}


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from(["工资%Y-%m", "%Y年%m月工资", "%Y%m", "代发 %Y/%m"])
)
def test_a_month_named_is_the_month_read(day, form):
    assert words.wage_month(day.strftime(form), day) == f"{day:%Y-%m}"


def test_a_month_without_a_year_is_the_last_such_month():
    assert words.wage_month("12月工资", date(2026, 1, 15)) == "2025-12"
    assert words.wage_month("3月份工资", date(2026, 4, 15)) == "2026-03"


@pytest.mark.parametrize(
    ("word", "reason", "result"),
    [("成功", "", "paid"), ("交易成功", "", "paid"), ("未成功", "", "failed"), ("失败", "", "failed"),
     ("退票", "", "failed"),
     ("处理中", "", None), ("", "", "paid"), ("", "账号不符", "failed"), ("RJCT", "", "failed"),
     ("0", "", None), ("0000", "", "paid")],
)  # fmt: skip
def test_results_in_banks_words(word, reason, result):
    assert words.result(word, reason) == result


def test_matching_by_hand(site, at):
    officer = User.objects.create(username="officer", role="officer")
    engagement = make_worker(site, 1, at, card_number=CARDS[1])
    make_worker(site, 2, at, card_number=CARDS[2])
    bring("statement", message(entry("7800.00", "DBIT", payout(CARDS[5], "7800.00", "E1", "工资", name="测试1"))), at)
    held = HeldRow.objects.get(kind="payments")
    [candidate] = matching.candidates(held)
    assert (candidate.engagement_id, candidate.why) == (engagement.pk, ("account", "name"))
    assert identity(1) not in str(candidate)
    with pytest.raises(matching.CannotMatch) as refused:
        matching.match(held, project_code="P1", id_number=identity(9), by=officer, at=at)
    assert "花名册" in refused.value.reason
    matching.match(held, engagement=engagement, month="2026-02", by=officer, at=at)
    held.refresh_from_db()
    assert (held.status, held.settled_by, held.settled_at) == ("released", officer, at)
    [paid] = facts("payments")
    assert (paid["worker_id"], paid["month"], paid["reference"]) == (engagement.worker_id, "2026-02", "E1")
    with pytest.raises(matching.CannotMatch):
        matching.match(held, engagement=engagement, by=officer, at=at)
    assert len(facts("payments")) == 1


def test_a_movement_of_a_shared_account_is_matched_to_a_project(site, at):
    officer = User.objects.create(username="officer", role="officer")
    other = make_project(at, "P2")
    actions.record_account(project=other, number=ACCOUNT, on=at.date(), at=at)
    reading, _ = bring("statement", message(entry("1000.00", "CRDT")), at)
    assert reading.rows[0].verdict == "waiting"
    held = HeldRow.objects.get()
    assert [c.project_code for c in matching.candidates(held)] == ["P1", "P2"]
    assert waiting.release(at=at) == 0
    matching.match(held, project_code="P2", by=officer, at=at)
    assert [m["project_id"] for m in facts("movements")] == [other.pk]


def test_a_row_refused_when_read_cannot_be_matched(site, at):
    bring("payments", "专户账号,金额,发放日期,证件号码\n1401050000000000001,很多,2026-04-15,\n".encode(), at)
    held = HeldRow.objects.get()
    with pytest.raises(matching.CannotMatch, match="read"):
        matching.candidates(held)
