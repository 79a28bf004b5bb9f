"""Bodies as senders encode them, well and badly (protocol §1.2, §1.14)."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.intake.national.clock import HOUR, moment_of, swap_minutes
from anxin.intake.national.envelope import named, read_data, readings
from anxin.law.civil import SHANGHAI

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
PARAMS = {
    "data": '{"teamName":"泥工A班","id":"ucm/sdXK+IGL3==","x":"a b"}',
    "method": "Team.Add",
    "appid": "APP",
    "format": "json",
    "sign": "0" * 64,
    "nonce": "1",
    "version": "1.0",
    "timestamp": "20260101080000",
}


def readings_of(body: bytes, content_type: str = FORM) -> list[dict[str, str]]:
    return list(readings(body, content_type))


def test_a_form_in_any_order() -> None:
    assert readings_of(urlencode(PARAMS).encode())[0] == PARAMS


_ODD = ["%", "%%", "%4", "%zz", "%25", "%3D", "%0a", "%E4", "=", "\n", "\r", "a", "b"]


@given(st.lists(st.sampled_from(_ODD)).map("".join))
def test_whole_and_broken_escapes_are_read_as_everywhere(text: str) -> None:
    (found,) = readings_of(f"data={text}&appid=A".encode())
    assert found["data"] == unquote_to_bytes(text).decode("utf-8", "replace")


def test_only_data_is_encoded() -> None:
    body = "&".join(f"{k}={quote_plus(v) if k == 'data' else v}" for k, v in PARAMS.items())
    assert readings_of(body.encode())[0] == PARAMS


def test_only_plus_is_escaped_and_chinese_travels_raw() -> None:
    body = "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in PARAMS.items())
    assert readings_of(body.encode())[0] == PARAMS


def test_a_raw_plus_is_tried_too() -> None:
    body = "&".join(f"{k}={v}" for k, v in PARAMS.items())
    assert PARAMS in readings_of(body.encode())


def test_a_raw_ampersand_in_data_is_found_at_the_known_names() -> None:
    params = {**PARAMS, "data": '{"teamName":"甲&乙","remark":"100%&x=1"}'}
    body = "&".join(f"{k}={v}" for k, v in params.items())
    found = readings_of(body.encode())
    assert found[0] != params
    assert params in found


@pytest.mark.parametrize("content_type", ["application/json", "application/json;charset=utf-8", FORM, ""])
def test_the_same_fields_as_one_json_object(content_type: str) -> None:
    body = json.dumps(PARAMS, ensure_ascii=False).encode()
    assert readings_of(body, content_type) == [PARAMS]
    assert readings_of(b"\xef\xbb\xbf  " + body, content_type) == [PARAMS]


def test_data_as_an_object_keeps_the_text_as_received() -> None:
    body = '{"appid":"APP", "timestamp":1590027113409, "data": {"a" : [1, "泥"]}, "nonce":null}'
    as_received, compact = readings_of(body.encode(), "application/json")
    assert as_received == {"appid": "APP", "timestamp": "1590027113409", "data": '{"a" : [1, "泥"]}'}
    assert compact["data"] == '{"a":[1,"泥"]}'


def test_a_form_that_says_it_is_json_is_read_all_the_same() -> None:
    assert readings_of(urlencode(PARAMS).encode(), "application/json")[0] == PARAMS


@pytest.mark.parametrize("name", ["appsecret", "appSecret", "APPSECRET"])
def test_a_secret_that_travels_is_dropped(name: str) -> None:
    assert readings_of(urlencode({**PARAMS, name: "s"}).encode())[0] == PARAMS
    assert readings_of(json.dumps({**PARAMS, name: "s"}).encode(), "application/json")[0] == PARAMS


def test_names_in_any_case() -> None:
    assert named({"appId": "A"}, "appid") == "A"
    assert named({}, "appid") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("{}", {}),
        (' {"a":1} ', {"a": 1}),
        ('[{"A":1}]', [{"A": 1}]),
        (r'{"id":"x\u003d"}', {"id": "x="}),
        (r'"{\"a\":1}"', {"a": 1}),
        ('{"a":NaN,"b":1}', {"a": "nan", "b": 1}),
        (r'{"a":"x\u0000y"}', {"a": "xy"}),
        (r'{"a":"\ud800"}', {"a": "?"}),
        ('{"a":123456789012345678901234567890,"b":NaN}', {"a": "123456789012345678901234567890", "b": "nan"}),
    ],
)
def test_data(text: str, expected: object) -> None:
    assert read_data(text) == expected


@pytest.mark.parametrize("text", ["{", '{"a":}', "x", "[1,", "{" * 5000, "[" * 200_000])
def test_data_that_is_not_json(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        read_data(text)


@given(st.dictionaries(st.text(min_size=1).map(lambda s: "k" + s), st.text(), max_size=6))
def test_any_form_comes_back_as_it_was(params: dict[str, str]) -> None:
    body = "&".join(f"{quote(k)}={quote_plus(v)}" for k, v in params.items()).encode()
    expected = {k.strip(): v for k, v in params.items()}
    if len(expected) == len(params):
        assert (readings_of(body) or [{}])[0] == expected


@given(st.dictionaries(st.text(min_size=1).map(lambda s: "k" + s), st.text(), min_size=1, max_size=6))
def test_any_json_object_comes_back_as_it_was(params: dict[str, str]) -> None:
    assert readings_of(json.dumps(params).encode(), "application/json") == [params]


@given(st.binary(), st.sampled_from([FORM, "application/json", "text/plain", ""]))
def test_no_body_breaks_the_reading(body: bytes, content_type: str) -> None:
    for params in readings(body, content_type):
        assert all(isinstance(k, str) and isinstance(v, str) for k, v in params.items())


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_any_json_text_is_read(value: object) -> None:
    read_data(json.dumps({"a": value}))


NOON = datetime(2026, 4, 20, 12, 34, 56, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "swapped", "expected"),
    [
        ("20260420123456", False, (NOON, timedelta(0))),
        ("20260420125634", True, (NOON, timedelta(0))),
        ("20260420123456789", False, (NOON, timedelta(0))),
        ("2026-04-20 12:34:56", False, (NOON, timedelta(0))),
        (str(int(NOON.timestamp() * 1000)), False, (NOON, timedelta(0))),
        (str(int(NOON.timestamp())), False, (NOON, timedelta(0))),
        ("2026042012", False, (NOON.replace(minute=0, second=0), HOUR)),
    ],
)
def test_timestamps(text: str, swapped: bool, expected: tuple[datetime, timedelta]) -> None:
    assert moment_of(text, swapped=swapped) == expected


@pytest.mark.parametrize(
    "text", ["", "x", "2026", "20261320123456", "２０２６０４２０１２３４５６", "1e13", "-1590027113409"]
)
def test_timestamps_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment_of(text)


@given(st.text() | st.text("0123456789", min_size=8, max_size=18))
def test_any_timestamp_is_a_moment_or_refused(text: str) -> None:
    try:
        moment, _ = moment_of(text)
    except (ValueError, OverflowError, OSError):
        return
    assert moment.astimezone(UTC)


@given(st.datetimes())
def test_swapping_twice_changes_nothing(moment: datetime) -> None:
    assert swap_minutes(swap_minutes(moment)) == moment
