"""Family A vectors (protocol §7) and what must hold for any signature and cipher."""

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.intake.national import signing
from tests.intake.national_client import S16, S32, encrypt

TEAM_ADD = {
    "appid": "APP",
    "data": '{"projectCode":"P1","teamName":"泥工A班"}',
    "format": "json",
    "method": "Team.Add",
    "nonce": "f050fcaee0bc490390e5d61aa5140351",
    "timestamp": "20260101080000",
    "version": "1.0",
}
CORPSIGN = "FNZR2izL4NR7bcd6xxHtJzqgOOBFU85vBgv96KmLqRK6Noc8DW83p7/kApEeQiEi"
WITH_CORPSIGN = {
    "appid": "APP",
    "corpsign": CORPSIGN,
    "data": '{"requestSerialCode":"team-add-2026010108-1-0001"}',
    "format": "json",
    "method": "AsyncHandleResult.Query",
    "nonce": "123456",
    "timestamp": "20260101080000",
    "version": "1.0",
}
ZHEJIANG = {
    "appid": "demo-app",
    "data": '[{"real_name":"张三"}]',
    "format": "json",
    "method": "labourer.import",
    "nonce": "f050fcaee0bc490390e5d61aa5140351",
    "timestamp": "1590027113409",
    "version": "1.0",
}


@pytest.mark.parametrize(
    ("params", "secret", "expected"),
    [
        (TEAM_ADD, S32, "de657ab3f83388089f7086e0b8d7ee7325bb7779155f1d0886f06602b6ee6223"),
        (WITH_CORPSIGN, S32, "f9ac7cdcc73453826457d609e15039ddd58b0b2e3967816739392e9a4cb50aae"),
        (ZHEJIANG, S16, "261b94f5d6026de8f2eff8d6bda22ac06aa7f361a9b066607df0bff11bd4c95a"),
    ],
)
def test_signatures(params: dict[str, str], secret: str, expected: str) -> None:
    assert signing.sign(params, secret) == expected
    assert signing.is_signed({**params, "sign": "whatever"}, secret, expected.upper() + " ")
    assert not signing.is_signed(params, secret, expected[:-1] + "0")
    assert not signing.is_signed({**params, "data": params["data"] + " "}, secret, expected)


def test_company_signature() -> None:
    assert signing.encrypt("CORPKEY0000000000000000000000001" + "20260101080000", S32) == CORPSIGN


@pytest.mark.parametrize(
    ("secret", "plain", "cipher"),
    [
        (S32, "330203199001011234", "ucm/sdXKfIIGL3SqSE0A0qBoa/jW3l+tzLXHh37biaw="),
        (S32, "6222020000000000000", "kpdiTHTSuJGP7d0JO8QFDsbAEyRlG30Dc3r5ZZHa1dM="),
        (S32, "990101199001010019", "9W1kVNiD6SZicJiGic4vOuOAZ9q8ovKa/08YBGO9zE4="),
        (S16, "330203199001011234", "OfDWmRwUgDIlLukbah2sySov3suxn9M0zEw3TYnmlmo="),
    ],
)
def test_ciphers(secret: str, plain: str, cipher: str) -> None:
    assert signing.encrypt(plain, secret) == cipher
    assert signing.decrypt(cipher, secret) == plain


@pytest.mark.parametrize("used", [S32 + "more", S32])
def test_a_longer_secret_is_cut_to_32_or_16_characters(used: str) -> None:
    assert signing.decrypt(encrypt("990101199001010019", S32), used) == "990101199001010019"
    assert signing.decrypt(encrypt("990101199001010019", S32[:16]), used) == "990101199001010019"


def test_a_plus_that_became_a_blank_is_mended() -> None:
    cipher = "ucm/sdXKfIIGL3SqSE0A0qBoa/jW3l+tzLXHh37biaw="
    assert signing.decrypt(cipher.replace("+", " "), S32) == "330203199001011234"


@pytest.mark.parametrize("text", ["", "x", "====", "ucm/sdXKfIIGL3SqSE0A0g==", "四", "A" * 24])
def test_what_is_no_cipher_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(not Base64|not a cipher text|no key fits)$"):
        signing.decrypt(text, S32)


@given(
    st.text(max_size=60).filter(str.isprintable),
    st.text(string.ascii_letters + string.digits, min_size=16, max_size=40).filter(lambda s: len(s) in (16, 24, 32)),
)
def test_what_was_encrypted_opens(plain: str, secret: str) -> None:
    assert signing.decrypt(signing.encrypt(plain, secret), secret) == plain
    assert signing.encrypt(plain, secret) == encrypt(plain, secret)


names = st.sampled_from(
    ["appid", "data", "format", "method", "nonce", "timestamp", "version", "corpsign", "x", "appId"]
)


@given(st.dictionaries(names, st.text(), max_size=8), st.text(min_size=1, max_size=40))
def test_either_way_of_lowering_is_known_and_nothing_else(params: dict[str, str], secret: str) -> None:
    text = "&".join(f"{k}={params[k]}" for k in sorted(params)) + f"&appsecret={secret}"
    unicode_way = hashlib.sha256(text.lower().encode("utf-8", "replace")).hexdigest()
    ascii_way = hashlib.sha256(text.encode("utf-8", "replace").lower()).hexdigest()
    assert signing.is_signed(params, secret, unicode_way)
    assert signing.is_signed(params, secret, ascii_way.upper())
    assert not signing.is_signed(params, secret + "x", unicode_way)
    assert not signing.is_signed(params, secret, "")


@given(st.text())
def test_any_text_is_a_cipher_or_a_refusal_in_fixed_words(text: str) -> None:
    try:
        signing.decrypt(text, S32)
    except ValueError as error:
        words = str(error)
    else:
        words = "no key fits"
    assert words in {"not Base64", "not a cipher text", "no key fits"}
