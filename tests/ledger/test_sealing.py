"""Facts go from the inbox into the ledger once, corrections replace, rollups follow."""

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.ledger import facts, inbox, read, sealing, tables
from anxin.ledger.compaction import compact
from anxin.ledger.engine import query
from anxin.ledger.models import Batch, Seal
from anxin.ledger.schema import PAYMENTS, PAYROLL, SWIPES
from anxin.ledger.sealing import seal
from anxin.registry.models import Touch
from tests.people import identity, make_project, make_worker

pytestmark = pytest.mark.django_db


def swipes(*passes: tuple[int, int, datetime]) -> pa.Table:
    rows = [
        {"project_id": p, "worker_id": w, "passed_at": t, "direction": "in", "way": "001", "device": "",
         "month": f"{t:%Y-%m}"}
        for p, w, t in passes
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SWIPES)


def payroll_line(worker: int, due: int, paid: int, month: str = "2026-03", sheet: str = "S1", **more) -> dict:
    return {
        "project_id": 1, "worker_id": worker, "team_no": 1, "month": month, "sheet": sheet, "due_fen": due,
        "paid_fen": paid, "back_pay": False, **more,
    }  # fmt: skip


def payment(worker: int, amount: int, reference: str, month: str = "2026-03", status: str = "paid") -> dict:
    return {
        "project_id": 1, "worker_id": worker, "month": month, "reference": reference, "account_id": 7,
        "amount_fen": amount, "status": status, "reason": "", "paid_on": date(2026, 4, 10), "route": "account",
    }  # fmt: skip


def send(table: str, rows: pa.Table | list[dict], at: datetime) -> None:
    if isinstance(rows, list):
        rows = pa.Table.from_pylist(rows, schema={"payroll": PAYROLL, "payments": PAYMENTS}[table])
    inbox.append(table=table, rows=rows, source="test", at=at)


def test_swipes_are_kept_once_and_make_days(at):
    morning, evening = datetime(2026, 3, 5, 7), datetime(2026, 3, 5, 18)
    send("swipes", swipes((1, 10, morning), (1, 10, evening), (1, 11, morning)), at)
    send("swipes", swipes((1, 10, morning)), at)
    assert seal(at=at).rows == 4
    send("swipes", swipes((1, 10, evening), (1, 10, datetime(2026, 3, 31, 7)), (1, 10, datetime(2026, 4, 1, 7))), at)
    seal(at=at)

    assert read.swipes(project_id=1, worker_id=10).num_rows == 4
    months = read.work_months(project_id=1, worker_id=10).to_pylist()
    assert [(m["month"], m["days"], m["mask"]) for m in months] == [
        ("2026-03", 2, (1 << 4) | (1 << 30)),
        ("2026-04", 1, 1),
    ]
    compact(at=at, everything=True)
    assert read.swipes().num_rows == 5
    assert not Batch.objects.filter(seal=None).exists()


def test_batches_sealed_long_ago_leave_the_inbox_and_what_waits_or_is_half_sealed_stays(at, monkeypatch):
    send("swipes", swipes((1, 10, datetime(2026, 3, 5, 7))), at)
    seal(at=at)
    send("swipes", swipes((1, 10, datetime(2026, 3, 6, 7))), at + timedelta(days=2))
    seal(at=at + timedelta(days=2))
    week = at + timedelta(days=7, minutes=1)
    assert compact(at=week).batches == 1
    assert Seal.objects.get().number == 2
    assert sealing.last_sealed_day() == (at + timedelta(days=2)).date()

    send("swipes", swipes((1, 10, datetime(2026, 3, 7, 7))), at)
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "_roll_up_work", lambda *_: (_ for _ in ()).throw(OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            seal(at=at)
    send("swipes", swipes((1, 10, datetime(2026, 3, 8, 7))), at)
    assert compact(at=week + timedelta(days=30)).batches == 1
    seal(at=week)
    (month,) = read.work_months(project_id=1, worker_id=10).to_pylist()
    assert month["days"] == 4
    assert compact(at=week + timedelta(days=30)).batches == 1
    assert sealing.last_sealed_day() == (at + timedelta(days=2)).date()


def test_a_swipe_that_makes_no_new_day_gives_the_rules_nothing_to_judge(at, monkeypatch):
    def touched() -> list[int]:
        found = sorted(Touch.objects.values_list("project_id", flat=True))
        Touch.objects.all().delete()
        return found

    one, two = make_project(at, "P1"), make_project(at, "P2")
    Touch.objects.all().delete()
    send("swipes", swipes((one.pk, 10, datetime(2026, 3, 5, 7)), (two.pk, 11, datetime(2026, 3, 5, 7))), at)
    seal(at=at)
    assert touched() == [one.pk, two.pk]
    written = tables.sealed_up_to("work_months")
    send("swipes", swipes((one.pk, 10, datetime(2026, 3, 5, 18)), (two.pk, 11, datetime(2026, 3, 5, 18))), at)
    seal(at=at)
    assert (touched(), tables.sealed_up_to("work_months")) == ([], written)
    assert read.swipes().num_rows == 4
    send("swipes", swipes((one.pk, 10, datetime(2026, 3, 5, 19)), (two.pk, 11, datetime(2026, 4, 1, 7))), at)
    seal(at=at)
    assert touched() == [two.pk]

    # Between the rollup's commit and the touches a worker dies: the next one cannot know what was new, and says all.
    def dies(number: int) -> int:
        raise KeyboardInterrupt

    send("swipes", swipes((one.pk, 10, datetime(2026, 4, 2, 7))), at)
    monkeypatch.setattr(sealing, "_mirror_engagements", dies)
    with pytest.raises(KeyboardInterrupt):
        seal(at=at)
    monkeypatch.undo()
    assert touched() == []
    seal(at=at)
    assert touched() == [one.pk]


def test_a_corrected_line_replaces_the_earlier_one(at):
    send("payroll", [payroll_line(10, 600_000, 600_000), payroll_line(11, 500_000, 0)], at)
    seal(at=at)
    send("payroll", [payroll_line(10, 650_000, 650_000)], at)
    seal(at=at)
    pay = {m["worker_id"]: m for m in read.pay_months(project_id=1).to_pylist()}
    assert (pay[10]["due_fen"], pay[10]["paid_fen"], pay[10]["lines"]) == (650_000, 650_000, 1)
    assert (pay[11]["due_fen"], pay[11]["paid_fen"]) == (500_000, 0)


def test_the_banks_word_beats_the_sheets(at):
    send("payroll", [payroll_line(10, 600_000, 600_000)], at)
    send("payments", [payment(10, 600_000, "B1", status="failed")], at)
    seal(at=at)
    (before,) = read.pay_months(project_id=1).to_pylist()
    assert read.pay_months(project_id=1, columns=("due_fen", "month")).to_pylist() == [
        {"due_fen": before["due_fen"], "month": before["month"]}
    ]
    assert (before["paid_fen"], before["bank_failed_fen"]) == (0, 600_000)
    send("payments", [payment(10, 600_000, "B2")], at)
    seal(at=at)
    (after,) = read.pay_months(project_id=1).to_pylist()
    assert (after["paid_fen"], after["first_paid_on"]) == (600_000, date(2026, 4, 10))


def test_a_payment_moved_to_another_month_counts_there_only(at):
    send("payments", [payment(10, 600_000, "B1", month="2026-02")], at)
    seal(at=at)
    send("payments", [payment(10, 600_000, "B1", month="2026-03")], at)
    seal(at=at)
    paid = {m["month"]: m["paid_fen"] for m in read.pay_months(project_id=1).to_pylist()}
    assert paid == {"2026-03": 600_000}
    compact(at=at, everything=True)
    assert read.payments(project_id=1).num_rows == 1


@pytest.mark.parametrize("dies_at", ["swipes", "work_months", "pay_months", "engagements", "done"])
def test_a_seal_that_died_is_finished_once(at, monkeypatch, dies_at):
    project = make_project(at)
    worker = make_worker(project, 1, at)
    send("swipes", swipes((project.pk, worker.worker_id, datetime(2026, 3, 5, 7))), at)
    send("payroll", [payroll_line(10, 600_000, 600_000)], at)
    real = tables.write

    def dying(name, rows, **options):
        if name == dies_at:
            real(name, rows, **options)
            raise SystemExit("power cut after the commit")
        real(name, rows, **options)

    monkeypatch.setattr(tables, "write", dying)
    if dies_at == "done":
        monkeypatch.setattr(Seal, "save", lambda *a, **k: (_ for _ in ()).throw(SystemExit()))
    with pytest.raises(SystemExit):
        seal(at=at)
    monkeypatch.undo()
    seal(at=at)
    assert read.swipes(project_id=project.pk).num_rows == 1
    assert read.pay_months(project_id=1).num_rows == 1
    assert [e["worker_id"] for e in tables_rows("engagements")] == [worker.worker_id]
    assert seal(at=at).seals == 0


@pytest.mark.parametrize("left", [[], ["_commit_1f.json.tmp"], ["00000000000000000000.json#1"]])
def test_tables_cut_off_before_their_first_commit_are_begun_again(at, left):
    for name in tables.SCHEMAS:
        log = tables.path(name) / "_delta_log"
        log.mkdir(parents=True)
        for file in left:
            (log / file).write_text('{"commitInfo"')
    project = make_project(at)
    worker = make_worker(project, 1, at)
    assert read.swipes(project_id=project.pk).num_rows == 0
    send("swipes", swipes((project.pk, worker.worker_id, datetime(2026, 3, 5, 7))), at)
    send("payroll", [payroll_line(10, 600_000, 600_000)], at)
    seal(at=at)
    compact(at=at, everything=True)
    assert read.swipes(project_id=project.pk).num_rows == 1
    assert read.pay_months(project_id=1).num_rows == 1
    assert [e["worker_id"] for e in tables_rows("engagements")] == [worker.worker_id]


def tables_rows(name: str) -> list[dict]:
    return query(f"SELECT * FROM {tables.scan(name)}").to_pylist()


def test_facts_of_a_past_day_see_nothing_later(at):
    project = make_project(at)
    engagement = make_worker(project, 1, at)
    send(
        "swipes",
        swipes(*[(project.pk, engagement.worker_id, datetime(2026, 3, d, 7)) for d in (2, 3, 20)]),
        at,
    )
    line = payroll_line(engagement.worker_id, 600_000, 600_000, paid_on=date(2026, 4, 10))
    send("payroll", [{**line, "project_id": project.pk}], at)
    seal(at=at)

    past = facts.load_facts(as_of=date(2026, 3, 10))
    assert past.work_months.days.execute().tolist() == [2]
    (pay,) = facts.load_facts(as_of=date(2026, 4, 9)).pay_months.to_pyarrow().to_pylist()
    assert (pay["due_fen"], pay["paid_fen"]) == (600_000, 0)
    (pay,) = facts.load_facts(as_of=date(2026, 4, 20)).pay_months.to_pyarrow().to_pylist()
    assert pay["paid_fen"] == 600_000
    (row,) = facts.load_facts(as_of=date(2026, 4, 20)).projects.to_pyarrow().to_pylist()
    assert (row["code"], row["first_entry_on"]) == ("P1", date(2026, 3, 1))


def test_what_arrives_during_a_seal_waits_for_the_next(at, monkeypatch):
    """A flood must not keep the lock from compaction, backup and the sweep."""
    project = make_project(at)
    make_worker(project, 1, at)
    seal(at=at)

    def arrive(hour: int) -> None:
        row = SwipeRow("", "P1", identity(1), datetime(2026, 3, 2, hour), "in")
        admit([row], arrival=Arrival("test", at))

    carried = sealing._carry_out

    def with_more_rows(current, moment):
        arrive(6 + current.number)
        make_worker(project, 100 + current.number, at)
        return carried(current, moment)

    arrive(5)
    monkeypatch.setattr(sealing, "_carry_out", with_more_rows)
    report = seal(at=at)
    assert (report.seals, report.rows) == (1, 1)
    monkeypatch.undo()
    report = seal(at=at)
    assert (report.seals, report.rows, report.engagements) == (1, 1, 1)
    assert read.swipes().num_rows == 2
