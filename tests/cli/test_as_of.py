"""An operator who brings in last spring's files and asks what stood on a day of it."""

import json

import pytest
from click.testing import CliRunner

from anxin.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture
def anxin(tmp_path):
    def run(*words: str, file: str = "") -> object:
        if file:
            path = tmp_path / "file.csv"
            path.write_text(file, encoding="utf-8")
            words = (*words, str(path))
        result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def found(anxin, day: str, rule: str) -> list[tuple[str, float]]:
    anxin("sweep", "--as-of", day)
    return [(w["level"], w["measure"]) for w in anxin("warnings") if w["rule"] == rule]


def project(anxin, region: str = "140105", start: str = "2026-03-01") -> None:
    anxin("import", "projects", file=f"projectCode,name,areaCode,startDate\nP1,测试项目,{region},{start}\n")


def test_an_account_brought_in_later_counts_from_its_opening(anxin):
    project(anxin)
    assert found(anxin, "2026-03-16", "SX-01") == [("yellow", 16)]
    anxin(
        "import",
        "accounts",
        file="projectCode,accountName,accountNo,bankName,openedOn\nP1,专户,990000000000000001,测试银行,2026-03-17\n",
    )

    assert found(anxin, "2026-03-17", "SX-01") == []
    assert found(anxin, "2026-03-16", "SX-01") == [("yellow", 16)]
    assert found(anxin, "2026-04-01", "CN-02") == [("blue", 15)]


def test_a_renewal_that_begins_later_stills_the_reminder(anxin):
    project(anxin, region="330106")
    line = "projectCode,form,amount,validFrom,validTo\nP1,guarantee,500000,"
    anxin("import", "deposits", file=f"{line}2025-05-01,2026-04-30\n")
    assert found(anxin, "2026-04-15", "CN-04") == [("blue", 15)]

    anxin("import", "deposits", file=f"{line}2026-05-01,2027-04-30\n")

    assert found(anxin, "2026-04-16", "CN-04") == []
    assert found(anxin, "2026-05-01", "CN-05") == []


def test_managers_do_not_start_the_month_of_the_joint_check(anxin):
    project(anxin)
    people = "projectCode,姓名,身份证号码,人员类型,进场时间\n"
    people += "P1,测试甲,990000198506010018,管理人员,2026-03-01\nP1,测试乙,990000198506010026,建筑工人,2026-03-20\n"
    anxin("import", "roster", file=people)

    assert found(anxin, "2026-04-20", "SX-02") == []
    assert found(anxin, "2026-04-21", "SX-02") == [("blue", 1)]


def test_without_a_start_date_the_works_begin_with_the_first_entry(anxin):
    anxin("import", "projects", file="projectCode,name,areaCode\nP1,测试项目,140105\n")
    anxin("import", "roster", file="projectCode,姓名,身份证号码,进场时间\nP1,测试甲,990000198506010018,2026-03-01\n")

    assert found(anxin, "2026-03-15", "SX-01") == []
    assert found(anxin, "2026-03-16", "SX-01") == [("yellow", 16)]


def test_a_firm_that_pays_nobody_is_warned_of_where_its_sites_are(anxin):
    rows = "".join(
        f"P{n},测试项目,{place},2025-06-01,15,91520000MOCK000001\n" for n, place in ((1, 520103), (2, 520102))
    )
    anxin("import", "projects", file="projectCode,name,areaCode,startDate,payDay,contractorCorpCode\n" + rows)
    person = "姓名,身份证号码,进场时间\n测试甲,990000198506010018,2025-06-10\n"
    days = "身份证号码,考勤时间\n990000198506010018,2026-02-10 07:00:00\n990000198506010018,2026-03-10 07:00:00\n"
    anxin("import", "roster", "--project", "P1", file=person)
    anxin("import", "attendance", "--project", "P1", file=days)

    assert found(anxin, "2026-04-20", "GZ-15") == []
    assert found(anxin, "2026-04-21", "GZ-15") == [("red", 2)]
    assert "GZ-15" in {w["rule"] for w in anxin("warnings", "--region", "520100")}
    assert "GZ-15" not in {w["rule"] for w in anxin("warnings", "--region", "520103")}


def test_wages_are_owed_whatever_status_the_firm_reports(anxin):
    anxin(
        "import",
        "projects",
        file="projectCode,name,areaCode,startDate,payDay,prjStatus\nP1,测试,330106,2026-01-01,15,001\n",
    )
    anxin("import", "roster", file="projectCode,姓名,身份证号码,进场时间\nP1,测试甲,990000198506010018,2026-01-10\n")
    anxin("import", "attendance", file="projectCode,身份证号码,考勤时间\nP1,990000198506010018,2026-03-10 07:00:00\n")

    assert found(anxin, "2026-04-21", "CN-13") == [("yellow", 6)]
    assert found(anxin, "2026-04-21", "CN-01") == []
