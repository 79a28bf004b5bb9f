"""An operator's day at the command: import, sweep, list, rules, senders, doctor; shapes that scripts rely on."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import timezone

from anxin.cli import PARTLY, main
from anxin.intake.models import Sender
from anxin.law.civil import civil_date
from anxin.watch.models import Handling
from tests.people import identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def anxin():
    """Run a command; answers the result. A wanted exit code other than 0 is said."""
    runner = CliRunner()

    def run(*arguments: str, code: int = 0):
        result = runner.invoke(main, list(arguments), catch_exceptions=False)
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


def csv(folder: Path, name: str, *lines: str) -> str:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_from_a_project_list_to_a_warning_and_back(anxin, tmp_path):
    today = civil_date(timezone.now())
    start = today - timedelta(days=15)
    anxin("import", "projects", csv(
        tmp_path, "projects.csv",
        "projectCode,name,contractorCorpCode,contractorCorpName,category,areaCode,prjStatus,startDate,payDay",
        f"3300002026010001,测试项目,91140000MOCK000001,测试建设有限公司,01,140105,003,{start},15",
    ))  # fmt: skip
    counts = json.loads(anxin("sweep", "--json").stdout)
    assert {"opened", "raised", "lowered", "cleared", "unchanged", "seconds"} <= set(counts)
    assert counts["opened"] >= 1
    again = json.loads(anxin("sweep", "--json").stdout)
    assert [again[k] for k in ("opened", "raised", "lowered", "cleared")] == [0, 0, 0, 0]

    rows = json.loads(anxin("warnings", "--json", "--project", "3300002026010001").stdout)
    (account,) = [r for r in rows if r["rule"] == "SX-01"]
    promised = "rule level status project subject since opened_on cleared_on measure reason basis"
    assert set(promised.split()) <= set(account)
    assert (account["level"], account["status"], account["measure"]) == ("yellow", "open", 16)
    assert account["project"] == "3300002026010001"
    assert "16" in account["reason"]
    assert account["basis"]
    in_hand = Handling.objects.filter(warning__rule="SX-01", ended_at=None)
    assert in_hand.count() == 1, "what is found today is on a desk at once"

    anxin("import", "accounts", csv(
        tmp_path, "accounts.csv",
        "projectCode,accountName,accountNo,bankName,openedOn,agreementOn",
        f"3300002026010001,测试建设测试项目农民工工资专用账户,990012345678901234,测试银行,{today},{today}",
    ))  # fmt: skip
    assert json.loads(anxin("sweep", "--json").stdout)["cleared"] >= 1
    assert not in_hand.exists()
    rows = json.loads(anxin("warnings", "--all", "--json").stdout)
    (account,) = [r for r in rows if r["rule"] == "SX-01"]
    assert (account["status"], account["cleared_on"]) == ("cleared", str(today))
    assert json.loads(anxin("warnings", "--open", "--json", "--region", "520000").stdout) == []


def test_bad_rows_are_named_and_the_rest_goes_in(anxin, tmp_path):
    anxin("import", "projects", csv(tmp_path, "p.csv", "项目编码,项目名称,行政区划", "P1,测试项目,140105"))
    wrong = identity(2)[:-1] + ("0" if identity(2)[-1] != "0" else "1")
    roster = csv(
        tmp_path, "roster.csv", "姓名,身份证号,工种,进场时间",
        f"测试一,{identity(1)},木工,2026-03-01", f"测试二,{wrong},木工,2026-03-01",
    )  # fmt: skip
    report = tmp_path / "report.csv"
    result = anxin("import", "roster", roster, "--project", "P1", "--report", str(report), "--json", code=PARTLY)
    answer = json.loads(result.stdout)
    assert (answer["ok"], answer["refused"]) == (1, 1)
    assert wrong not in result.output + result.stderr
    assert wrong not in report.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import", "nonsense", __file__], 2, "nonsense"),
        (["import", "projects", "/nowhere.csv"], 2, "/nowhere.csv"),
        (["import", "roster", __file__, "--project", "P404"], 1, "P404"),
        (["rules", "explain", "XX-99"], 1, "XX-99"),
        (["sweep", "--as-of", "yesterday"], 2, "yesterday"),
        (["sender", "rotate", "--appid", "nobody", "--secret", "s"], 1, "nobody"),
        (["sender", "add", "--protocol", "fax", "--appid", "a", "--secret", "s"], 2, "fax"),
    ],
)
def test_an_error_is_one_sentence_that_names_the_cause(anxin, arguments, code, words):
    result = anxin(*arguments, code=code)
    assert words in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("Error:")


def test_senders_come_and_go(anxin):
    anxin("sender", "add", "--protocol", "national", "--appid", "APP", "--secret", "s" * 32, "--region", "140000")
    anxin("sender", "rotate", "--appid", "APP", "--secret", "t" * 32)
    listed = anxin("sender", "list", "--json")
    assert "s" * 32 not in listed.output
    assert [(s["appid"], s["region"], s["active"]) for s in json.loads(listed.stdout)] == [("APP", "140000", True)]
    anxin("sender", "disable", "--appid", "APP")
    assert not Sender.objects.get(appid="APP").active
    assert "may not send" in anxin("sender", "rotate", "--appid", "APP", "--secret", "u" * 32).stdout
    anxin("sender", "enable", "--appid", "APP")
    assert Sender.objects.get(appid="APP").active


def test_rules_are_listed_explained_and_tested(anxin):
    listed = json.loads(anxin("rules", "list", "--json").stdout)
    ids = {rule["id"] for rule in listed}
    assert {f"SX-0{n}" for n in range(1, 5)} <= ids
    assert {f"GZ-{n:02d}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)} <= ids
    told = anxin("rules", "explain", "SX-01").stdout
    assert "16" in told
    assert "条例" in told
    results = json.loads(anxin("rules", "test", "shanxi", "--json").stdout)
    assert results
    assert all(r["ok"] for r in results)


def test_the_doctor_looks_at_every_part(anxin):
    result = CliRunner().invoke(main, ["doctor", "--json"])
    found = json.loads(result.stdout)
    assert {"data folder", "keys", "database", "sealing", "engine", "rules"} <= {f["part"] for f in found}
    assert all(f["mend"] for f in found if not f["ok"])
    assert result.exit_code == (0 if all(f["ok"] for f in found) else PARTLY)
