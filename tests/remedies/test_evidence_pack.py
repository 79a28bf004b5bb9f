"""Evidence packs: whole, provable offline, every changed byte named; a worker's own holds nothing of anybody else."""

import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner

from anxin.cases import exhibits
from anxin.cases.filing import Person, Told, file_claim
from anxin.cases.flow import tell
from anxin.cases.merging import merge
from anxin.cases.models import Case, Claimant
from anxin.cli import main
from anxin.intake.admit import admit
from anxin.intake.rows import Arrival, SwipeRow
from anxin.ledger.sealing import seal
from anxin.people import trail
from anxin.people.looks import of_person
from anxin.people.models import Event
from anxin.remedies import verify
from anxin.remedies.evidence_pack import case_pack, own_pack, stands_here
from tests.people import identity
from tests.portal.site import make_site
from tests.remedies.matters import make_office
from tests.remedies.papers import PHOTO, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(at) -> Case:
    """Two of a site's workers claim together, anonymously; an order was served; the first brought a photo."""
    site = make_site(at)
    office = make_office()
    people = [
        Person(name=f"测试{n}", identity=identity(n), phone=f"1390000000{n}", worker=engagement.worker,
               months=["2026-03"], claimed_fen=500_000, representative=n == 1)
        for n, engagement in enumerate((site.paid, site.failed), 1)
    ]  # fmt: skip
    told = Told(door="web", key="k", people=people, region_code="140105", project=site.project, by=office.officer,
                filer=site.paid.worker)  # fmt: skip
    claim = file_claim(told, at=at).claim
    exhibits.add(claim=claim, files=[exhibits.keep(content=PHOTO, name="工地.png", kind="photo")], at=at,
                 claimant=claim.claimants.order_by("pk").first())  # fmt: skip
    served(claim.case, "order", office, at)
    return Case.objects.get(pk=claim.case_id)


def data_of(content: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return json.loads(pack.read("data.json"))


def everything(content: bytes) -> str:
    """What a pack says in plain text: every part that is text, and the text of papers; the PDF is made of data.json."""
    from anxin.remedies.filling import everything_in

    said = []
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        for name in pack.namelist():
            part = pack.read(name)
            said.append(everything_in(part) if name.endswith(".docx") else part.decode("utf-8", "replace"))
    return "\n".join(said)


def test_the_pack_of_a_case_holds_what_the_file_holds(at, matter):
    office = make_office()
    pack = case_pack(case=matter, by=office.officer, at=at, page="/cases/x")
    data = data_of(pack.content)
    first, second = data["people"]
    march = first["work"][0]["months"][0]
    assert [day["day"] for day in march["days"]] == [f"2026-03-{day:02d}" for day in range(2, 12)]
    assert [one["at"] for one in march["days"][0]["passings"]] == ["07:00:00", "18:00:00"]
    assert march["payroll"][0]["due_fen"] == 500_000
    assert march["bank"] == [
        {"reference": "R1", "paid_on": "2026-04-10", "fen": 500_000, "status": "paid", "reason": "", "route": "account"}
    ]
    refused = second["work"][0]["months"][0]["bank"][0]
    assert (refused["status"], refused["reason"]) == ("failed", "账号户名不符")
    assert data["papers"][0]["number"] == "晋小店人社监令〔2026〕第1号"
    assert data["papers"][0]["served"][0]["way"] == "posted"
    assert first["identity"].startswith("990000****")
    with zipfile.ZipFile(io.BytesIO(pack.content)) as archive:
        names = archive.namelist()
        assert archive.read("evidence.pdf").startswith(b"%PDF-")
    assert f"papers/{data['papers'][0]['sha256']}.docx" in names
    assert f"exhibits/{data['exhibits'][0]['sha256']}.png" in names
    assert identity(1) not in everything(pack.content)


def test_the_look_at_each_person_is_written_down(at, matter):
    office = make_office()
    case_pack(case=matter, by=office.officer, at=at, page="/cases/1")
    for one in matter.claimants.all():
        looks = of_person(one.worker_id)
        assert [(look.field, look.page, look.who) for look in looks] == [
            ("evidence-pack", "/cases/1", office.officer.display_name)
        ]


def test_it_holds_and_its_seal_is_a_link_of_the_trail(at, matter):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    file = io.BytesIO(pack.content)
    assert verify.verify(file) == []
    assert verify.verify(file, (pack.seal, pack.digest)) == []
    assert verify.verify(file, (pack.seal, "0" * 64)) != []
    assert stands_here(file) == []
    assert trail.verify(noted=(pack.seal, pack.digest)).holds
    assert Event.objects.get(number=pack.seal).action == "evidence-pack"


def parts_of(content: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            return {name: pack.read(name) for name in pack.namelist()}
    except Exception:
        return None


def test_any_changed_byte_is_named(at, matter):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    whole = parts_of(pack.content)
    dice = random.Random(4)
    named = 0
    for _ in range(400):
        place = dice.randrange(len(pack.content))
        spoiled = bytearray(pack.content)
        spoiled[place] ^= 1 << dice.randrange(8)
        wrong = verify.verify(io.BytesIO(bytes(spoiled)))
        named += bool(wrong)
        # Only the archive's own notes (an hour, a version) may change unseen: then every part reads as before.
        assert wrong or parts_of(bytes(spoiled)) == whole
    assert named > 300


def rebuilt(content: bytes, change: dict[str, bytes | None]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as pack:
        for name, part in {**(parts_of(content) or {}), **change}.items():
            if part is not None:
                pack.writestr(name, part)
    made.seek(0)
    return made


def test_every_part_is_named_when_it_is_changed_taken_or_added(at, matter):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    for name, part in (parts_of(pack.content) or {}).items():
        if name == "manifest.json":
            continue
        one_byte = part[:-1] + bytes([part[-1] ^ 1])
        assert verify.verify(rebuilt(pack.content, {name: one_byte})) == [f"{name}: its content was changed"]
        assert verify.verify(rebuilt(pack.content, {name: None})) == [f"{name}: is missing"]
    assert verify.verify(rebuilt(pack.content, {"more.txt": b"x"})) == ["more.txt: does not belong to the pack"]


def test_a_part_changed_together_with_its_hash_breaks_the_seal(at, matter):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    parts = parts_of(pack.content)
    changed = parts["data.json"].replace(b"500000", b"900000")
    manifest = json.loads(parts["manifest.json"])
    for one in manifest["parts"]:
        if one["name"] == "data.json":
            one["sha256"] = hashlib.sha256(changed).hexdigest()
    manifest["root"] = verify.root_of(manifest["parts"])
    forged = rebuilt(pack.content, {"data.json": changed, "manifest.json": json.dumps(manifest).encode()})
    assert verify.verify(forged) == [f"link {pack.seal}: it does not seal these parts"]
    seal_ = json.loads(manifest["trail"]["links"][-1]["content"])
    seal_["changes"]["root"] = manifest["root"]
    manifest["trail"]["links"][-1]["content"] = json.dumps(seal_)
    forged = rebuilt(pack.content, {"data.json": changed, "manifest.json": json.dumps(manifest).encode()})
    assert verify.verify(forged) == [f"link {pack.seal}: its content was changed"]
    # Who makes up the digest as well is caught by the number and digest the authority has.
    manifest["trail"]["links"][-1]["digest"] = hashlib.sha256(json.dumps(seal_).encode()).hexdigest()
    forged = rebuilt(pack.content, {"data.json": changed, "manifest.json": json.dumps(manifest).encode()})
    assert verify.verify(forged) == []
    assert verify.verify(forged, (pack.seal, pack.digest)) == [f"link {pack.seal}: it is not the link that was noted"]
    assert stands_here(forged) == [f"link {pack.seal}: this system's trail says otherwise"]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a pack" * 100])
def test_what_is_no_pack_is_said_to_be_none(content):
    assert verify.verify(io.BytesIO(content)) == ["the pack is no whole zip file"]


def test_the_verifier_inside_needs_nothing_but_python(at, matter, tmp_path):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    file = tmp_path / "pack.zip"
    file.write_bytes(pack.content)
    (tmp_path / "verify.py").write_bytes(parts_of(pack.content)["verify.py"])
    command = [sys.executable, "-I", "-S", tmp_path / "verify.py", file]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{pack.seal}:{pack.digest}" in done.stdout
    file.write_bytes(rebuilt(pack.content, {"evidence.pdf": b"%PDF-"}).getvalue())
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONUTF8": "1"})
    assert done.returncode == 1
    assert "evidence.pdf" in done.stdout


def test_the_command_proves_a_pack(at, matter, tmp_path):
    pack = case_pack(case=matter, by=make_office().officer, at=at)
    file = tmp_path / "pack.zip"
    file.write_bytes(pack.content)
    fine = CliRunner().invoke(main, ["verify-pack", str(file), "--here", "--noted", f"{pack.seal}:{pack.digest}"])
    assert fine.exit_code == 0, fine.output
    file.write_bytes(rebuilt(pack.content, {"data.json": b"{}"}).getvalue())
    bad = CliRunner().invoke(main, ["verify-pack", str(file)])
    assert bad.exit_code == 1
    assert "data.json" in bad.output


def test_a_workers_own_pack_holds_him_and_nobody_else(at, matter):
    mine, other = Claimant.objects.filter(case=matter).order_by("pk")
    # What the trail and the story say about others must not come along either.
    admit([SwipeRow("", "P1", identity(2), datetime(2026, 3, 30, 7), "in")], arrival=Arrival(source="test", at=at))
    seal(at=at)
    case_pack(case=matter, by=make_office().officer, at=at)
    pack = own_pack(worker=mine.worker, at=at)
    assert verify.verify(io.BytesIO(pack.content)) == []
    said = everything(pack.content)
    assert mine.worker.name in said
    for secret in (other.worker.name, "990000********" + identity(2)[-4:], identity(2), "13900000002", "2026-03-30"):
        assert secret not in said
    data = data_of(pack.content)
    assert {one["name"] for one in data["people"]} == {mine.worker.name}
    assert len(data["exhibits"]) == 1
    assert data["papers"] == []
    assert "claimed_fen" not in data["cases"][0]
    assert data_of(own_pack(worker=other.worker, at=at).content)["exhibits"] == []


def test_who_claims_alone_gets_the_papers_of_his_case(at):
    site, office = make_site(at), make_office()
    worker = site.failed.worker
    person = Person(name=worker.name, worker=worker, months=["2026-03"], claimed_fen=500_000)
    told = Told(door="web", key="k", people=[person], region_code="140105", project=site.project, by=office.officer,
                filer=worker)  # fmt: skip
    served(file_claim(told, at=at).claim.case, "order", office, at)
    data = data_of(own_pack(worker=worker, at=at).content)
    assert [one["kind"] for one in data["papers"]] == ["order"]
    assert date.fromisoformat(data["papers"][0]["served"][0]["on"]) == at.date()


def test_a_worker_without_a_claim_has_a_pack_too(at):
    site = make_site(at)
    data = data_of(own_pack(worker=site.forgotten.worker, at=at).content)
    assert len(data["people"][0]["work"][0]["months"][0]["days"]) == 3
    assert data["cases"] == []


def test_a_workers_own_pack_tells_of_a_case_what_was_told_while_his_claim_was_in_it(at):
    site, office = make_site(at), make_office()

    def claimed(engagement, key: str) -> Case:
        people = [Person(name="测试", worker=engagement.worker, months=["2026-03"], claimed_fen=500_000)]
        told = Told(door="web", key=key, people=people, region_code="140105", project=site.project, by=office.officer)
        return file_claim(told, at=at).claim.case

    theirs, his = claimed(site.paid, "a"), claimed(site.failed, "b")
    tell(theirs, kind="state-supplement", by=office.officer, at=at, public=True, zh="请补充工牌照片", en="x")
    merge(into=theirs, other=his, by=office.officer, at=at + timedelta(hours=1))
    story = str(data_of(own_pack(worker=site.failed.worker, at=at + timedelta(hours=2)).content)["story"])
    assert "已经收到您的反映" in story
    assert "并入案件" in story
    assert "工牌照片" not in story
