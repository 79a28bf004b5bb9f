"""Papers as a clerk and a worker read them: nothing half-said, nobody's particulars in the wrong place."""

import io
import re

import pytest
from docx import Document
from docx.oxml.ns import qn

from anxin.cases.filing import Person, Told, file_claim
from anxin.remedies import documents
from anxin.remedies.filling import text_of
from anxin.remedies.kinds import kinds
from anxin.remedies.rendering import NotReady, filled
from tests.people import identity
from tests.remedies.matters import make_case, make_office
from tests.remedies.papers import ready, signed

pytestmark = pytest.mark.django_db
OVERDUE = ("accepted", "filed", "ordered", "overdue")
OWN = sorted(key for key, kind in kinds().items() if kind.audience == "claimant" and kind.sign == "own")


@pytest.mark.parametrize("kind", OWN)
def test_what_the_file_does_not_know_is_a_line_to_write_on(at, kind):
    office = make_office()
    case = make_case(at, [500_000], office=office)
    paper = documents.draft(case=case, kind=kind, by=office.officer, at=at)
    text = text_of(filled(paper, signed_on=at.date()).content)
    assert not re.search(r"(住|电话|住所|职业|负责人）|身份号码)[，。）]", text), text
    if kind != "iou":
        assert "电话＿" in text
        assert "住＿" in text


def test_an_application_of_many_says_who_speaks_and_names_them_all(at):
    office = make_office()
    case = make_case(at, [500_000, 600_000], office=office, representatives=1)
    paper = documents.draft(case=case, kind="legal_aid", by=office.officer, at=at)
    text = text_of(filled(paper).content)
    assert "测试1等2人（名单见下表），代表人测试1，" in text
    assert "测试2" in text


def test_a_case_beside_building_names_no_project_and_the_employers_own_duty(at):
    office = make_office()
    person = Person(name="测试1", identity=identity(1), months=["2026-03"], claimed_fen=300_000)
    told = Told(door="walk_in", key="r", people=[person], region_code="140105", employer="张记饭店",
                matter="other_wages", by=office.officer)  # fmt: skip
    case = file_claim(told, at=at).claim.case
    summary, iou, order = (
        text_of(filled(documents.draft(case=case, kind=kind, by=office.officer, at=at)).content)
        for kind in ("summary", "iou", "order")
    )
    assert "工程项目" not in summary
    assert "张记饭店" in summary
    assert "在“" not in iou
    assert "第十六条" in order
    assert "第三十条" not in order


def test_a_transfer_to_the_police_waits_until_an_order_ran_out(at):
    office = make_office()
    with pytest.raises(NotReady) as early:
        signed(make_case(at, [3_000_000], office=office), "police", office, at)
    assert "责令支付的期限还没有过" in early.value.zh
    small = ready(make_case(at, [100_000], office=office, path=OVERDUE, key="2"), "police", office, at)
    with pytest.raises(NotReady):
        documents.ask_for_signature(document=small, by=office.officer, at=at)


def test_the_police_read_true_names_and_nothing_of_the_platforms_own_advice(at):
    office = make_office()
    paper = signed(make_case(at, [3_000_000], office=office, path=OVERDUE), "police", office, at)
    text = text_of(filled(paper, signed_on=at.date()).content)
    assert "代称" not in text
    assert "测试1" in text
    assert "可以移送" not in text
    assert "请核对" not in text
    assert "尚欠30,000.00元，已达到上述标准。" in text


@pytest.mark.parametrize("kind", [kind for kind in OWN if kind != "iou"])
def test_each_of_a_group_signs_beside_his_name_on_pages_that_say_what_he_signs(at, kind):
    office = make_office()
    case = make_case(at, [500_000] * 3, office=office, representatives=1)
    paper = documents.draft(case=case, kind=kind, by=office.officer, at=at)
    made = Document(io.BytesIO(filled(paper).content))
    signing = made.tables[-1]
    heading, titles = ("".join(dict.fromkeys(cell.text for cell in row.cells)) for row in signing.rows[:2])
    assert kinds()[kind].title["zh"] in heading
    assert case.number in heading
    assert "本人签名" in titles
    assert [row.cells[1].text for row in signing.rows[2:]] == ["测试1", "测试2", "测试3"]
    # The heading stands again on every page that the table goes on to.
    repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in signing.rows]
    assert repeated == [True, True, False, False, False]
    # What follows the first page says whose it is; the first has its title.
    section = made.sections[0]
    assert section.different_first_page_header_footer
    assert case.number in section.header.paragraphs[0].text
    assert section.first_page_header.paragraphs[0].text == ""
    assert "申请人（签名）" not in text_of(filled(paper).content)


def test_who_claims_alone_signs_on_a_line(at):
    office = make_office()
    paper = documents.draft(case=make_case(at, office=office), kind="arbitration", by=office.officer, at=at)
    text = text_of(filled(paper).content)
    assert "申请人（签名）" in text
    assert "本人签名" not in text
