"""The signature of the CWRService family against the vectors of the protocol."""

import pytest

from anxin.intake.cwr.signature import holds, signature

BODY = (
    '{"passedlog_list":[{"person_id":"E1","person_name":"张三","passed_time":"2026-06-22 08:12:30",'
    '"direction":"in","way":"1"}]}'
).encode()
FULL = {"api_key": "KEY", "api_version": "1.0", "client_serial": "SN001", "timestamp": "2026-06-22 08:12:31"}
MEIZHOU = {"api_key": "KEY", "api_version": "1.0", "timestamp": "2026-06-22 08:12:31"}


@pytest.mark.parametrize(
    ("parameters", "body", "expected"),
    [
        (FULL, BODY, "DAED53483ADDDE6CAD22DD1D1435489E"),
        (MEIZHOU, b"", "73B00A932972D828D1951959EFCFA0E4"),
        (MEIZHOU, b"{}", "73B00A932972D828D1951959EFCFA0E4"),
    ],
)
def test_the_vectors_of_the_protocol(parameters, body, expected):
    assert signature(secret="SECRET", parameters=parameters, body=body) == expected


@pytest.mark.parametrize("spelling", ["2026-06-22 08:12:31", "2026-06-22+08:12:31"])
def test_a_plus_in_the_timestamp_is_a_blank(spelling):
    given = signature(secret="SECRET", parameters=MEIZHOU, body=b"")
    assert holds(given=given.lower(), secrets=["SECRET"], parameters={**MEIZHOU, "timestamp": spelling}, body=b"")


def test_parameters_of_a_gateway_are_not_signed():
    given = signature(secret="SECRET", parameters=FULL, body=BODY)
    assert holds(given=given, secrets=["OLD", "SECRET"], parameters={**FULL, "trace": "7"}, body=BODY)


@pytest.mark.parametrize(
    ("secret", "parameters", "body"),
    [
        ("OTHER", FULL, BODY),
        ("SECRET", {**FULL, "client_serial": "SN002"}, BODY),
        ("SECRET", MEIZHOU, BODY),
        ("SECRET", FULL, BODY + b" "),
    ],
)
def test_anything_changed_breaks_the_signature(secret, parameters, body):
    given = signature(secret="SECRET", parameters=FULL, body=BODY)
    assert not holds(given=given, secrets=[secret], parameters=parameters, body=body)
