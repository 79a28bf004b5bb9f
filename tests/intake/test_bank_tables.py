"""Banks' plain tables."""

from datetime import date

import pytest

from anxin.intake.bank import matching
from anxin.intake.models import HeldRow
from anxin.people.models import User
from anxin.registry import actions
from anxin.registry.models import WageAccount
from tests.intake.sheet_files import csv_file, xlsx
from tests.intake.test_sheets_facts import current, facts
from tests.intake.test_sheets_people import bring
from tests.people import identity, make_project, make_worker

ACCOUNT = "1401050000000000001"
CARDS = [f"622202000000000000{n}" for n in range(10)]
KEY = ("project_id", "account_id", "reference")


@pytest.fixture
def site(db, at):
    project = make_project(at)
    actions.record_account(project=project, number=ACCOUNT, on=at.date(), at=at)
    return project


def test_payout_results_per_worker(site, at):
    one = make_worker(site, 1, at, card_number=CARDS[1])
    two = make_worker(site, 2, at)
    heading = [
        "付款账号",
        "交易流水号",
        "收款人",
        "证件号码",
        "收款账号",
        "金额",
        "交易状态",
        "失败原因",
        "交易日期",
        "工资月份",
    ]
    rows = [
        ["某银行代发明细 2026年3月"],
        heading,
        [ACCOUNT, "T1", "测试1", "", CARDS[1], "7,800.00", "成功", "", "2026-04-15", "2026-03"],
        [ACCOUNT, "T2", "测试2", identity(2), CARDS[2], 6500, "失败", "户名不符", "20260415", ""],
        [ACCOUNT, "T3", "陌生", "", CARDS[3], 1, "成功", "", "2026-04-15", ""],
        [ACCOUNT, "T4", "测试1", "", CARDS[1], 1, "处理中", "", "2026-04-15", ""],
        [ACCOUNT, "T5", "测试1", "", CARDS[1], -1, "成功", "", "2026-04-15", ""],
        [ACCOUNT, "T6", "测试1", "", "", 1, "成功", "", "2026-04-15", ""],
        ["", "T7", "测试1", "", CARDS[1], 1, "成功", "", "2026-04-15", ""],
        [ACCOUNT, "T8", "测试1", "", CARDS[1], 1, "成功", "", "2026-05-15", ""],
        ["合计", "", "", "", "", 14304, "", "", "", ""],
    ]
    reading, outcome = bring("payments", xlsx(rows), at)
    assert [r.verdict for r in reading.rows] == [
        "ok",
        "ok",
        "waiting",
        "refused",
        "refused",
        "waiting",
        "refused",
        "refused",
        "skipped",
    ]
    known = ("worker_id", "amount_fen", "status", "reason", "month", "paid_on")
    assert [tuple(p[column] for column in known) for p in facts("payments")] == [
        (one.worker_id, 780_000, "paid", "", "2026-03", date(2026, 4, 15)),
        (two.worker_id, 650_000, "failed", "户名不符", "2026-03", date(2026, 4, 15)),
    ]  # fmt: skip
    assert HeldRow.objects.filter(kind="payments").count() == 6
    told = str(outcome.rows)
    assert CARDS[1] not in told
    assert identity(2) not in told


def test_a_payee_known_by_name_alone_waits_to_be_matched(site, at):
    one = make_worker(site, 1, at)
    rows = [["工资专户账号", "流水号", "收款人", "金额", "交易日期"], [ACCOUNT, "T1", "测试1", "78", "2026-04-15"]]
    bring("payments", xlsx(rows), at)
    held = HeldRow.objects.get()
    assert (held.status, facts("payments")) == ("waiting", [])
    [candidate] = matching.candidates(held)
    matching.match(held, by=User.objects.create_user("o", password="x"), at=at, engagement=one)
    assert candidate.engagement_id == one.pk
    assert [(p["worker_id"], p["amount_fen"]) for p in facts("payments")] == [(one.worker_id, 7_800)]


def test_a_column_the_file_lacks_is_named_in_chinese(site, at):
    reading, _ = bring("payments", xlsx([["专户账号", "收款人", "金额"], [ACCOUNT, "测试1", "78"]]), at)
    assert reading.rows[0].reason == "[发放日期]不能为空"


def test_payouts_without_references_count_once_however_often_the_file_comes(site, at):
    make_worker(site, 1, at, card_number=CARDS[1])
    row = [ACCOUNT, CARDS[1], "100", "2026-04-15"]
    content = csv_file([["付款账号", "收款账号", "金额", "发放日期"], row, row], "gbk")
    bring("payments", content, at)
    bring("payments", content, at)
    standing = current("payments", KEY)
    assert [p["amount_fen"] for p in standing] == [10_000, 10_000]
    assert all(CARDS[1] not in p["reference"] and p["month"] == "2026-03" for p in standing)


MOVEMENTS = [["流水号", "交易日期", "借贷标志", "金额", "余额", "对方户名", "摘要"],
             ["M1", "2026-04-02", "贷", "1,000,000.00", "1,000,000.00", "某业主", "4月人工费"],
             ["M2", "2026-04-15", "借", "7800", "992200", "测试1", "代发工资"],
             ["M3", "2026-04-16", "贷", "100", "992300", "", "工资退回"],
             ["M4", "2026-04-17", "借", "50", "992250", "某公司", "手续费"],
             ["M5", "2026-04-17", "路过", "50", "", "", ""],
             ["M6", "2026-04-21", "贷", "50", "", "", ""]]  # fmt: skip
TWO_COLUMNS = [["流水号", "交易日期", "收入金额", "支出金额", "账户余额", "对方户名", "摘要"],
               ["M1", "2026-04-02", "1000000", "", "1000000", "某业主", "人工费"],
               ["M2", "2026-04-15", "", "7800", "992200", "", "工资"],
               ["M3", "2026-04-16", "100", "0", "992300", "", "退汇"],
               ["M4", "2026-04-17", "", "50", "992250", "", "手续费"],
               ["M5", "2026-04-17", "5", "5", "", "", ""],
               ["M6", "2026-04-21", "50", "", "", "", ""]]  # fmt: skip


@pytest.mark.parametrize("rows", [MOVEMENTS, TWO_COLUMNS], ids=["one column", "two columns"])
def test_movements(site, at, rows):
    rows = [[*rows[0], "账号"], *[[*row, ACCOUNT] for row in rows[1:]]]
    reading, _ = bring("movements", csv_file(rows), at)
    assert [r.verdict for r in reading.rows] == ["ok"] * 4 + ["refused"] * 2
    assert [(m["kind"], m["direction"], m["amount_fen"], m["balance_fen"]) for m in facts("movements")] == [
        ("labour_fee", "credit", 100_000_000, 100_000_000),
        ("payout", "debit", 780_000, 99_220_000),
        ("return", "credit", 10_000, 99_230_000),
        ("other", "debit", 5_000, 99_225_000),
    ]
    account = WageAccount.objects.get()
    assert (account.balance_fen, account.balance_on) == (99_225_000, date(2026, 4, 17))


ABOVE = {
    "one cell": [["账号：1401 0500 0000 0000 001  户名：某公司农民工工资专户", ""]],
    "two cells": [["查询账号", ACCOUNT, "币种", "人民币"]],
    "many in one cell": [["起止日期：2026-04-01至2026-04-30 项目编码：P1 账号:1401050000000000001"]],
}


@pytest.mark.parametrize("lines", ABOVE.values(), ids=ABOVE)
def test_an_export_that_names_its_account_above_the_headings(site, at, lines):
    reading, _ = bring("movements", csv_file([["某银行交易明细"], *lines, *MOVEMENTS[:3]], "gbk"), at)
    assert [(r.verdict, r.reason) for r in reading.rows] == [("ok", "")] * 2
    assert [m["account_id"] for m in facts("movements")] == [WageAccount.objects.get().pk] * 2


def test_a_payout_result_with_account_and_project_above_the_headings(site, at):
    make_worker(site, 1, at, card_number=CARDS[1])
    lines = [["项目编码：P1"], ["账号：", ACCOUNT]]
    rows = [["流水号", "户名", "账号", "金额", "处理结果", "交易日期"],
            ["T1", "测试1", CARDS[1], 7800, "成功", "2026-04-15"]]  # fmt: skip
    reading, _ = bring("payments", xlsx([*lines, *rows]), at)
    assert [(r.verdict, r.reason) for r in reading.rows] == [("ok", "")]
    assert facts("payments")[0]["account_id"] == WageAccount.objects.get().pk


def test_an_account_above_the_headings_yields_to_the_column(site, at):
    rows = [[*MOVEMENTS[0], "账号"], [*MOVEMENTS[1], ACCOUNT]]
    reading, _ = bring("movements", csv_file([["账号：999999999"], *rows]), at)
    assert [(r.verdict, r.reason) for r in reading.rows] == [("ok", "")]


def test_balances_and_an_older_one_changes_nothing(site, at):
    def told(day, amount):
        return csv_file([["账号", "余额日期", "余额(万元)"], [ACCOUNT, day, amount]])

    bring("balances", told("2026-04-15", "12.5"), at)
    bring("balances", told("2026-03-31", "99"), at)
    account = WageAccount.objects.get()
    assert (account.balance_fen, account.balance_on) == (12_500_000, date(2026, 4, 15))
    told_of = [(m["kind"], m["balance_fen"]) for m in facts("movements")]
    assert told_of == [("balance", 12_500_000), ("balance", 99_000_000)]


def test_a_region_sees_only_its_accounts(site, at):
    rows = csv_file([["账号", "余额日期", "余额"], [ACCOUNT, "2026-04-15", "1"]])
    reading, _ = bring("balances", rows, at, region="520000")
    assert reading.rows[0].verdict == "refused"
    assert facts("movements") == []
