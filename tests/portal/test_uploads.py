"""Files brought by hand: nothing is taken before Accept."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from anxin.intake.models import Upload
from anxin.registry.models import Engagement
from tests.people import identity, make_project, make_team
from tests.portal.site import make_user

pytestmark = pytest.mark.django_db
HEADINGS = ["姓名", "证件号码", "班组名称", "企业统一社会信用代码", "企业名称", "进场时间"]


def roster(*numbers: str) -> SimpleUploadedFile:
    book = Workbook()
    book.active.append(HEADINGS)
    for n, number in enumerate(numbers):
        book.active.append([f"测试{n}", number, "泥工A班", "91140000MOCK000001", "测试建设有限公司", "2026-03-02"])
    sink = io.BytesIO()
    book.save(sink)
    return SimpleUploadedFile("花名册.xlsx", sink.getvalue())


WRONG = identity(9)[:-1] + ("1" if identity(9)[-1] != "1" else "2")


@pytest.fixture
def project(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    made = make_project(at)
    make_team(made, at)
    return made


@pytest.fixture
def clerk(project, client):
    client.force_login(make_user("clerk", "clerk", "140000", project.code))
    return client


def bring(client, file, **fields):
    return client.post("/uploads", {"kind": "roster", "file": file, **fields})


def test_a_clerk_brings_a_roster_sees_the_bad_row_and_accepts_the_good_ones(clerk, project):
    answer = bring(clerk, roster(identity(1), WRONG, identity(2)))
    upload = Upload.objects.get()
    assert answer["Location"] == f"/uploads/{upload.pk}"
    assert (upload.project, upload.good, upload.bad) == (project, 2, 1)
    assert not Engagement.objects.exists()

    body = clerk.get(answer["Location"]).content.decode()
    assert "校验码不正确" in body
    assert "接收 2 行" in body
    assert body.index("校验码不正确") < body.index("可接收</span>")
    assert WRONG not in body
    assert identity(1) not in body

    clerk.post(f"/uploads/{upload.pk}/decide", {"decision": "accept"})
    assert Engagement.objects.filter(project=project).count() == 2
    decided = clerk.get(f"/uploads/{upload.pk}").content.decode()
    assert "已接收 2 行" in decided
    assert "可接收" not in decided
    assert decided.count("已接收</span>") >= 2


def test_what_was_discarded_is_not_taken_and_what_is_decided_stays(clerk):
    bring(clerk, roster(identity(1)))
    pk = Upload.objects.get().pk
    clerk.post(f"/uploads/{pk}/decide", {"decision": "discard"})
    clerk.post(f"/uploads/{pk}/decide", {"decision": "accept"})
    assert Upload.objects.get().status == "discarded"
    assert not Engagement.objects.exists()
    page = clerk.get(f"/uploads/{pk}").content.decode()
    assert "不能再次处理" in page
    assert "未接收</span>" in page


@pytest.mark.parametrize("decision", ["", "yes"])
def test_an_unknown_decision_decides_nothing(clerk, decision):
    bring(clerk, roster(identity(1)))
    assert clerk.post(f"/uploads/{Upload.objects.get().pk}/decide", {"decision": decision}).status_code == 404
    assert Upload.objects.get().status == "read"


def test_the_report_filters_and_downloads(clerk):
    bring(clerk, roster(identity(1), WRONG))
    url = f"/uploads/{Upload.objects.get().pk}"
    refused = clerk.get(f"{url}?verdict=refused").content.decode()
    assert "校验码不正确" in refused
    assert "可接收</span>" not in refused
    sheet = load_workbook(io.BytesIO(clerk.get(f"{url}?form=xlsx").content)).active
    assert {row[2].value for row in sheet.iter_rows(min_row=2)} == {"可接收", "拒收"}
    told = clerk.get(f"{url}?form=csv").content.decode("utf-8-sig")
    assert "拒收" in told
    assert WRONG not in told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "movements"}, "请选择表格类别"),
        ({"kind": "nonsense"}, "请选择表格类别"),
        ({"month": "三月"}, "月份写成 2026-03"),
        ({"file": SimpleUploadedFile("空.xlsx", b"")}, "文件不能为空"),
        ({"file": SimpleUploadedFile("坏.xlsx", b"PK\x03\x04 rubbish")}, ""),
        ({"file": ""}, "请选择一个文件"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_kept(clerk, fields, told):
    file = fields.pop("file", None)
    answer = bring(clerk, roster(identity(1)) if file is None else file, **fields)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "ax-note-bad" in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_clerk_speaks_for_his_own_project_only(clerk, project, at):
    other = make_project(at, "P2")
    bring(clerk, roster(identity(1)), project="P2")
    assert Upload.objects.get().project == project
    book = load_workbook(roster(identity(3)))
    book.active["G1"], book.active["G2"] = "项目编码", "P2"
    sink = io.BytesIO()
    book.save(sink)
    bring(clerk, SimpleUploadedFile("别人.xlsx", sink.getvalue()))
    last = Upload.objects.order_by("-id").first()
    assert (last.good, last.bad) == (0, 1)
    clerk.post(f"/uploads/{last.pk}/decide", {"decision": "accept"})
    assert not Engagement.objects.filter(project=other).exists()


@pytest.mark.parametrize(
    ("role", "region", "project"), [("clerk", "140000", ""), ("officer", "", ""), ("clerk", "140000", "GONE")]
)
def test_who_has_no_place_brings_nothing(client, at, role, region, project):
    make_project(at)
    client.force_login(make_user("u", role, region, project))
    assert bring(client, roster(identity(1)), project="P1").status_code == 422
    assert not Upload.objects.exists()


def test_an_officer_names_a_project_of_his_jurisdiction(client, project, at):
    make_project(at, "FAR", region_code="140203")
    client.force_login(make_user())
    assert bring(client, roster(identity(1)), project="FAR").status_code == 422
    assert bring(client, roster(identity(1)), project="P1").status_code == 302


@pytest.mark.parametrize(
    ("role", "region", "code", "status"),
    [("officer", "140100", "", 200), ("officer", "140200", "", 404), ("clerk", "140000", "P2", 404),
     ("clerk", "140000", "", 404), ("officer", "", "", 404), ("leader", "140000", "", 403)],
)  # fmt: skip
def test_who_sees_an_upload(clerk, client, at, role, region, code, status):
    bring(clerk, roster(identity(1)))
    pk = Upload.objects.get().pk
    make_project(at, "P2")
    client.force_login(make_user("u", role, region, code))
    assert client.get(f"/uploads/{pk}").status_code == status
    assert client.get(f"/uploads/{pk}?form=csv").status_code == status
    decided = client.post(f"/uploads/{pk}/decide", {"decision": "accept"}).status_code
    assert decided == (302 if status == 200 else status)


def test_a_bank_brings_its_own_word_and_sees_its_own_files(clerk, client):
    bring(clerk, roster(identity(1)))
    others = Upload.objects.get().pk
    client.force_login(make_user("bank", "bank", "140000"))
    assert bring(client, roster(identity(1)), project="P1").status_code == 422
    assert client.get(f"/uploads/{others}").status_code == 404
    words = "专户账号,流水号,记账日期,借贷,金额\n990011112222333344,R1,2026-04-01,贷,100\n"
    file = SimpleUploadedFile("流水.csv", words.encode())
    assert bring(client, file, kind="movements").status_code == 302
    assert client.get(f"/uploads/{Upload.objects.get(by__username='bank').pk}").status_code == 200


def test_an_officer_of_one_industry_names_the_project(client, project, at):
    make_project(at, "ROAD", category="05")
    client.force_login(make_user("housing", industry="housing"))
    assert bring(client, roster(identity(1))).status_code == 422
    assert bring(client, roster(identity(1)), project="ROAD").status_code == 422
    assert bring(client, roster(identity(1)), project="P1").status_code == 302


def test_templates_can_be_fetched_for_the_kinds_one_may_bring(clerk):
    book = load_workbook(io.BytesIO(clerk.get("/uploads/templates/roster").content))
    assert "证件号码" in [c.value for c in book.active[1]]
    row = {head.value: cell.value for head, cell in zip(book.active[1], book.active[2], strict=True)}
    assert row["项目编码"] == "P1", "rows filled in below the example are the clerk's own project's"
    assert clerk.get("/uploads/templates/movements").status_code == 404
    assert clerk.get("/uploads/templates/none").status_code == 404


def test_the_list_asks_a_fixed_number_of_queries(clerk, django_assert_num_queries):
    bring(clerk, roster(identity(1)))
    with django_assert_num_queries(6):
        assert "花名册.xlsx" in clerk.get("/uploads").content.decode()
    for n in range(2, 6):
        bring(clerk, roster(identity(n)))
    with django_assert_num_queries(6):
        clerk.get("/uploads")
