"""The notice board of Art. 34, the score of completeness, and the regime of small projects."""

import io

import pytest
import yaml
from django.utils import timezone

from anxin.insight.board import DIRECTORY, board_of
from anxin.insight.completeness import ITEMS, completeness
from anxin.law import notice_board
from anxin.people.models import Event, Organisation
from anxin.registry import actions
from anxin.rules import packs
from anxin.rules.pack_files import PackError, load
from anxin.rules.packs import light_regime
from anxin.watch.sweep import sweep
from tests.people import make_project
from tests.portal.site import make_site, make_user

pytestmark = pytest.mark.django_db
WRITTEN = {
    "department": "测试项目部 0351-0000001", "regulator": "太原市住建局", "minimum_wage": "以当地公布为准",
    "regulator_phone": "0351-0000002", "inspection_phone": "0351-0000003", "arbitration": "太原市仲裁委",
    "legal_aid": "太原市法援中心",
}  # fmt: skip


@pytest.fixture
def project(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    return make_project(at)


@pytest.fixture
def clerk(client):
    client.force_login(make_user("clerk", "clerk", "", "P1"))
    return client


def complete(project, at):
    developer = actions.upsert_enterprise(code="91140000MOCK000002", name="测试建设单位", at=at)
    actions.upsert_project(code=project.code, at=at, on=at.date(), source="test", developer=developer)
    actions.appoint_clerk(project=project, name="测试甲", since_on=at.date(), at=at, phone="13900000000")
    project.refresh_from_db()


def test_what_is_missing_is_named_until_everything_article_34_asks_for_is_there(project, clerk, at):
    missing = {entry.key for entry in board_of(project, as_of=at.date()).missing}
    assert missing == {"developer", "clerk", "clerk_phone", *WRITTEN}
    body = clerk.get("/site/board/sheet").content.decode()
    assert "本牌缺" in body
    assert "ax-board-missing" in body

    complete(project, at)
    clerk.post("/site/board", WRITTEN)
    assert board_of(project, as_of=at.date()).missing == []
    body = clerk.get("/site/board/sheet?size=A3").content.decode()
    for text in ("测试建设单位", "测试建设有限公司", "测试甲", "13900000000", "次月 15 日前", "12348", "12333", "12345",
                 *WRITTEN.values()):  # fmt: skip
        assert text in body
    assert "本牌缺" not in body
    assert "ax-board-missing" not in body
    assert "size: A3" in body
    assert Event.objects.get(action="write-board").changes == WRITTEN


def test_what_the_clerk_writes_goes_before_the_table_but_not_before_the_registry(project, clerk, at):
    clerk.post("/site/board", {"contractor": "别家公司", "legal_hotline": "110", "regulator": "x" * 500})
    entries = {entry.key: entry.text for entry in board_of(project, as_of=at.date()).entries}
    assert entries["contractor"] == "测试建设有限公司"
    assert entries["legal_hotline"] == "12348"
    assert entries["regulator"] == ""


def test_a_duty_phone_that_nobody_gave_has_no_line_on_the_paper(project, clerk, at):
    complete(project, at)
    clerk.post("/site/board", WRITTEN)
    body = clerk.get("/site/board/sheet").content.decode()
    assert "值班电话" not in body
    assert "分包单位</dt><dd>无" in body
    assert 'name="duty_phone"' in clerk.get("/site/board").content.decode()
    clerk.post("/site/board", {**WRITTEN, "duty_phone": "0351-0000009"})
    assert "值班电话（网上公开）</dt><dd>0351-0000009" in clerk.get("/site/board/sheet").content.decode()


def test_the_code_leads_to_a_page_anybody_may_read_that_tells_no_persons_phone(project, clerk, client, at):
    complete(project, at)
    body = clerk.get("/site/board").content.decode()
    assert "http://testserver/s/P1" in body
    client.logout()
    assert client.get("/boards/P1").headers["Location"] == "/s/P1"
    page = client.get("/s/P1").content.decode()
    assert 'href="tel:12348"' in page
    assert "13900000000" not in page


def test_known_values_hold_from_their_day_and_the_nearer_region_wins(monkeypatch, at):
    table = yaml.safe_load(notice_board.FILE.read_text(encoding="utf-8"))
    table["regions"] += [
        {"region": "140000", "since": at.date(), "known": {"minimum_wage": "A", "legal_hotline": "1"}, "source": "s"},
        {"region": "140100", "since": at.date(), "known": {"minimum_wage": "B"}, "source": "s"},
    ]
    monkeypatch.setattr(notice_board, "_file", lambda: table)
    found = notice_board.known_for("140105", at.date())
    assert (found["minimum_wage"].text, found["legal_hotline"].text) == ("B", "1")
    assert notice_board.known_for("140200", at.date())["minimum_wage"].text == "A"
    assert "minimum_wage" not in notice_board.known_for("520100", at.date())
    assert "minimum_wage" not in notice_board.known_for("140105", at.date().replace(year=2025))


def test_the_offices_of_the_place_are_known_by_name_the_nearest_first(project, clerk, at):
    make = Organisation.objects.create
    make(name="太原市住建局", kind="housing", region_code="140100", industry="housing")
    make(name="小店区交通局", kind="transport", region_code="140105", industry="transport")
    make(name="山西省人社厅", kind="hr", region_code="140000")
    make(name="小店区人社局", kind="hr", region_code="140105")
    make(name="小店区旧人社局", kind="hr", region_code="140105", active=False)
    make(name="大同市人社局", kind="hr", region_code="140200")
    entries = {entry.key: entry for entry in board_of(project, as_of=at.date()).entries}
    assert (entries["regulator"].text, entries["regulator"].source) == ("太原市住建局", DIRECTORY)
    assert entries["inspection_phone"].missing
    assert entries["inspection_phone"].office == "小店区人社局"
    assert 'placeholder="小店区人社局"' in clerk.get("/site/board").content.decode()
    Organisation.objects.filter(name="小店区人社局").update(phone="0351-0000009")
    entries = {entry.key: entry for entry in board_of(project, as_of=at.date()).entries}
    assert (entries["inspection_phone"].text, entries["inspection_phone"].source) == ("0351-0000009", DIRECTORY)
    clerk.post("/site/board", {"regulator": "小店区住建局"})
    entries = {entry.key: entry for entry in board_of(project, as_of=at.date()).entries}
    assert (entries["regulator"].text, entries["regulator"].source) == ("小店区住建局", "")


def test_every_entry_has_its_place_on_the_board():
    keys = [kind.key for part in notice_board.parts() for kind in part.entries]
    assert len(keys) == len(set(keys)) == 17
    for row in yaml.safe_load(io.StringIO(notice_board.FILE.read_text(encoding="utf-8")))["regions"]:
        assert row["since"]
        assert row["source"]
        assert set(row["known"]) <= set(keys)


def test_the_score_counts_what_is_asked_for_equally(at, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at)
    site = make_site(at)
    found = completeness(site.project, as_of=at.date())
    states = {item.key: item.state for item in found.items}
    assert set(states) == set(ITEMS)
    assert states == {
        "account": "there", "agreement": "there", "deposit": "there", "clerk": "missing", "roster": "there",
        "contracts": "there", "cards": "there", "phones": "not_due", "attendance": "partial", "payroll": "partial",
        "payment": "partial", "pay_day": "there", "board": "missing", "board_text": "partial",
    }  # fmt: skip
    assert (found.there, found.asked, found.score) == (7, 13, 54)
    numbers = {item.key: item.numbers for item in found.items}
    assert numbers["payroll"] == {"count": 1, "base": 3, "month": "2026-03"}
    assert numbers["payment"] == {"count": 2, "base": 3, "month": "2026-03"}
    assert numbers["attendance"] == {"days": 40}


def test_an_empty_project_is_not_asked_for_what_cannot_be_yet(project, at):
    found = completeness(project, as_of=at.date())
    idle = {item.key for item in found.items if item.state == "not_due"}
    assert idle == {"contracts", "cards", "phones", "attendance", "payroll", "payment"}
    assert found.asked == len(ITEMS) - len(idle)


@pytest.mark.parametrize(("price", "small"), [(299_999_999, True), (300_000_000, False), (None, False)])
def test_a_small_project_is_spared_what_its_pack_says(at, price, small):
    project = make_project(at, contract_price_fen=price)
    found = completeness(project, as_of=at.date())
    assert (found.light is not None) is small
    assert next(item.state for item in found.items if item.key == "deposit") == ("spared" if small else "missing")


def test_what_somebody_is_warned_about_is_never_spared(at):
    project = make_project(at, contract_price_fen=100_000_000)
    sweep(as_of=at.date(), at=at)
    assert project.warnings.filter(rule="CN-03", status="open").exists()
    found = completeness(project, as_of=at.date())
    assert next(item.state for item in found.items if item.key == "deposit") == "missing"


def test_a_region_may_say_itself_what_is_small(tmp_path, monkeypatch, at):
    national = (packs.FOLDER / "national.yaml").read_text(encoding="utf-8")
    (tmp_path / "national.yaml").write_text(national, encoding="utf-8")
    own = {
        "pack": "chongqing", "title": {"zh": "重庆", "en": "Chongqing"}, "regions": ["50"], "extends": "national",
        "light": {"price_below": 4_000_000, "months_to": 3, "spares": ["account", "agreement"],
                  "note": {"zh": "小额", "en": "small"}},
        "rules": [{**yaml.safe_load(national)["rules"][0], "id": "CQ-01", "hides": []}],
    }  # fmt: skip
    (tmp_path / "chongqing.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    loaded = load(tmp_path)
    monkeypatch.setattr(packs, "all_packs", lambda: loaded)
    here, elsewhere = light_regime("500100"), light_regime("140100")
    assert here is not None
    assert elsewhere is not None
    assert (here.price_below, here.months_to, here.spares) == (4_000_000, 3, ("account", "agreement"))
    assert elsewhere.price_below == 3_000_000

    own["light"] = {"spares": ["account"], "note": {"zh": "x", "en": "x"}}
    (tmp_path / "chongqing.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PackError, match="says nowhere what is small"):
        load(tmp_path)
