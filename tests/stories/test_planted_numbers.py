"""Numbers planted through every door, page and command are in no log, no file, no address in the clear."""

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.stories.folders import ROOT, command, folder, python
from tests.stories.planted import ACCOUNT, ADDRESS, CARDS, IDS, MARK, PHONES, PLANTED, WRONG

ROWS = """
import re
from django.db import connection
from anxin.ledger.inbox import read_payload
from anxin.ledger.models import Batch
with connection.cursor() as cursor:
    for name in connection.introspection.table_names(cursor):
        cursor.execute(f'SELECT * FROM {name}')
        for row in cursor.fetchall():
            for value in row:
                if isinstance(value, (bytes, memoryview)):
                    value = bytes(value).decode('utf-8', 'replace')
                # JSON columns of SQLite spell Chinese as escapes.
                said = re.sub(r'\\\\u([0-9a-f]{4})', lambda c: chr(int(c[1], 16)), str(value))
                print(name, said.encode('utf-8', 'replace').decode())
for batch in Batch.objects.exclude(payload=b''):
    print(read_payload(batch.payload).to_pylist())
"""


def found_in(text: str | bytes) -> list[str]:
    if isinstance(text, bytes):
        spellings = {n: (n.encode(), n.encode("utf-16-le"), json.dumps(n)[1:-1].encode()) for n in PLANTED}
        return [number for number, some in spellings.items() if any(spelling in text for spelling in some)]
    return [number for number in PLANTED if number in text]


def sheet(path: Path, name: str, *lines: str) -> str:
    file = path / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return str(file)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, str]:
    """The data folder after the story, and everything that was said on the way: logs, output, pages."""
    path = tmp_path_factory.mktemp("planted")
    env = folder(path, "planted")
    said: list[str] = []

    def anxin(*arguments: str, code: int = 0) -> None:
        done = command(env, *arguments, code=code)
        said.extend([done.stdout, done.stderr])

    anxin("init")
    anxin("import", "projects", sheet(
        path, "projects.csv", "projectCode,name,contractorCorpCode,contractorCorpName,category,areaCode,prjStatus,"
        "startDate,payDay,linkMan,linkPhone",
        f"3300002026010001,测试项目,91140000MOCK000001,测试建设有限公司,01,140105,003,2026-03-01,15,{MARK},{PHONES[0]}",
    ))  # fmt: skip
    anxin("import", "accounts", sheet(
        path, "accounts.csv", "projectCode,accountName,accountNo,bankName,openedOn,agreementOn",
        f"3300002026010001,测试专户,{ACCOUNT},测试银行,2026-03-02,2026-03-02",
    ))  # fmt: skip
    anxin("import", "roster", sheet(
        path, "roster.csv", "姓名,身份证号,手机号码,工资卡号,工种,进场时间",
        f"{MARK},{IDS[0]},{PHONES[0]},{CARDS[0]},木工,2026-03-01",
        f"{MARK},{WRONG},{PHONES[1]},{CARDS[1]},木工,2026-03-01",
        f"{MARK},{IDS[1]}9,{PHONES[1]}9,{CARDS[1]},{IDS[1]},{IDS[1]}",
    ), "--project", "3300002026010001", "--report", str(path / "report.csv"), code=3)  # fmt: skip
    anxin("import", "payments", sheet(
        path, "payments.csv", "付款账号,交易流水号,收款人,证件号码,收款账号,金额,交易状态,失败原因,交易日期,工资月份",
        f"{ACCOUNT},T1,{MARK},{IDS[0]},{CARDS[0]},100,失败,户名不符 {CARDS[0]},2026-04-15,2026-03",
        f"{ACCOUNT},T2,{MARK},{IDS[2]},{CARDS[2]},100,成功,,2026-04-15,2026-03",
        f"{ACCOUNT},T3,{MARK},{WRONG},{CARDS[2]},{IDS[2]},成功,,{PHONES[2]},2026-03",
    ), code=3)  # fmt: skip
    anxin("import", "movements", sheet(
        path, "movements.csv", "账号,交易流水号,交易日期,借贷标志,金额,对方户名,摘要",
        f"{ACCOUNT},M1,2026-04-01,贷,1000,{MARK} {CARDS[3]},人工费",
    ))  # fmt: skip
    anxin("import", "clerks", sheet(
        path, "clerks.csv", "项目编码,姓名,联系电话,任职日期", f"3300002026010001,{MARK},{PHONES[3]},2026-03-01"
    ))  # fmt: skip
    for arguments in (
        ["rules", "explain", IDS[2]],
        ["warnings", "--project", IDS[2]],
        ["sweep", "--project", PHONES[2]],
    ):
        done = subprocess.run([sys.executable, "-m", "anxin.cli", *arguments], env=env, cwd=ROOT, capture_output=True)
        # The command may repeat the wrong argument to him who typed it; nothing else may.
        said.append(re.sub(f"{IDS[2]}|{PHONES[2]}", "", done.stdout.decode() + done.stderr.decode()))
    story = subprocess.run(
        [sys.executable, "-m", "tests.stories.planted_child"], env=env, cwd=ROOT, capture_output=True, text=True
    )
    assert story.returncode == 0, story.stderr
    anxin("seal")
    anxin("sweep")
    anxin("warnings", "--json")
    anxin("audit", "list", "--json")
    anxin("audit", "verify")
    return {"env": json.dumps(env), "log": story.stderr, "said": "\n".join(said), "pages": story.stdout,
            "report": (path / "report.csv").read_text(encoding="utf-8-sig")}  # fmt: skip


def test_what_was_logged_said_and_shown(told):
    assert MARK in told["log"], "the log is what is searched"
    assert "Traceback" in told["log"], "a page and a door did break"
    assert found_in(told["log"]) == []
    assert found_in(told["said"]) == []
    assert found_in(told["report"]) == []
    pages = json.loads(told["pages"])
    assert len(pages) > 100
    assert any("990********" in page for page in pages), "masks are what is shown"
    # What somebody typed into a search box stands in that box again, and nowhere else.
    for page in pages:
        shown = re.sub(r'value="[^"]*"|name="q"[^>]*>|href="[^"]*\?[^"]*q=[^"]*"', "", page)
        assert found_in(shown) == [], page[:200]


def test_what_lies_in_the_data_folder(told):
    env = json.loads(told["env"])
    data = Path(env["ANXIN_DATA"])
    database = data / "anxin.sqlite3"
    if database.exists():
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw = database.read_bytes()
        assert MARK.encode() in raw, "the file is what is searched"
        assert found_in(raw) == []
    rows = python(env, ROWS)
    assert MARK in rows
    assert [line[:300] for line in rows.splitlines() if found_in(line)] == []
    files = [f for f in data.rglob("*") if f.is_file() and f.suffix != ".sqlite3"]
    assert {f.suffix for f in files} >= {".parquet", ".json", ".bin"}
    for file in files:
        assert found_in(file.read_bytes()) == [], file
        if file.suffix == ".parquet" and "_delta_log" not in file.parts:
            content = str(pq.ParquetFile(file).read().to_pylist()) + str(pq.ParquetFile(file).metadata.to_dict())
            assert found_in(content) == [], file
            assert found_in(str(file)) == []


def test_the_search_would_find_them():
    assert found_in(f"x{IDS[0]}y{ADDRESS}") == [IDS[0], ADDRESS]
    assert found_in(f"{PHONES[2]}".encode()) == [PHONES[2]]
    assert found_in(CARDS[1].encode("utf-16-le")) == [CARDS[1]]
