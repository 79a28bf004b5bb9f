"""A list as a file: whole, or with a last line that says it was cut."""

import csv
import io

import pytest
from openpyxl import load_workbook

from anxin.portal.ui import export as exporting


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(exporting, "LIMIT", 3)


def exported(form: str, rows: int) -> list[list[object]]:
    answer = exporting.export(form=form, name="x", headings=["n", "m"], rows=([n, n] for n in range(rows)))
    content = b"".join(answer)
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.values]


@pytest.mark.parametrize("form", exporting.FORMS)
def test_a_whole_file_says_nothing(form):
    assert [str(row[0]) for row in exported(form, 3)] == ["n", "0", "1", "2"]


@pytest.mark.parametrize("form", exporting.FORMS)
def test_a_file_that_was_cut_says_so_in_its_last_line(form):
    lines = exported(form, 5)
    assert [str(row[0]) for row in lines[:-1]] == ["n", "0", "1", "2"]
    assert "只导出了前 3 行" in str(lines[-1][0])


@pytest.mark.parametrize("form", exporting.FORMS)
@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＠1"])
def test_no_text_is_a_formula(form, said):
    answer = exporting.export(form=form, name="x", headings=["n"], rows=[[said]])
    content = b"".join(answer)
    if form == "csv":
        cell = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1][0]
    else:
        cell = load_workbook(io.BytesIO(content)).active["A2"].value
    assert str(cell).startswith("'")


@pytest.mark.parametrize("form", exporting.FORMS)
def test_signs_that_no_sheet_can_hold_are_left_out(form):
    """A gate's name or a bank's reason may bring them: the whole list must not fail for it."""
    answer = exporting.export(form=form, name="x", headings=["n"], rows=[["a\x0b\x1fb\uffff"]])
    content = b"".join(answer)
    if form == "csv":
        cell = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1][0]
    else:
        cell = load_workbook(io.BytesIO(content)).active["A2"].value
    assert cell == "ab"
