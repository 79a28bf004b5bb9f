"""Every act, subject and changed thing that the source writes into the trail has its word on the audit page."""

from textwrap import dedent

from anxin.portal.officer import audit_words as words
from tests.access.acts import told


def without_a_word(written: dict[str, str], known) -> str:
    missing = sorted(f"{word} (written in {place})" for word, place in written.items() if word not in known)
    return "\n".join(["Without a word in anxin/portal/officer/audit_words.py:", *missing]) if missing else ""


def test_the_reader_understands_every_place():
    unread = told().unread
    assert not unread, "\n".join(["Say in tests/access/acts.py (FILLED) what these can be:", *unread])


def test_every_act_has_its_word():
    written = told().actions
    assert len(written) > 60
    missing = without_a_word(written, words.ACTIONS)
    assert not missing, missing


def test_every_subject_has_its_word():
    missing = without_a_word(told().subjects, words.SUBJECTS)
    assert not missing, missing


def test_every_changed_thing_has_its_word():
    missing = without_a_word(told().changes, words.CHANGES)
    assert not missing, missing


def test_reading_finds_what_a_module_writes(tmp_path):
    (tmp_path / "acts.py").write_text(
        dedent("""
        from anxin.people import trail
        ACTION = "kept"
        def one(by, yes):
            trail.record(by=by, action="plain", subject="case", changes={"sum": 1})
            trail.record(by=by, action="yes" if yes else "no", subject="case")
            trail.record(by=by, action=ACTION, subject="case")
            for action in ("first", "second"):
                trail.record(by=by, action=action, subject="case")
            _told("handed", by)
            _told(by=by, action="named")
        def _told(action, by):
            trail.record(by=by, action=action, subject="claim")
        def unknown(kind):
            trail.record(action=f"do-{kind}", subject="case")
        """)
    )
    found = told(tmp_path)
    assert set(found.actions) == {"plain", "yes", "no", "kept", "first", "second", "handed", "named"}
    assert set(found.subjects) == {"case", "claim"}
    assert set(found.changes) == {"sum"}
    assert [line.split(" ", 1)[1] for line in found.unread] == ["action=f'do-{kind}'"]


def test_codes_are_told_in_words():
    told_of = dict(words.tell({"from": "received", "to": "ordered", "number": "26112289965488"}))
    assert list(told_of.values()) == ["已接收", "已责令支付", "26112289965488"]
    assert [value for _, value in words.tell({"way": "password"})] == ["密码"]
    assert [value for _, value in words.tell({"to": "taiyuan"})] == ["taiyuan"]
