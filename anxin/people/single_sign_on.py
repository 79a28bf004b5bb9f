"""The government's single sign-on: OpenID Connect 1.0, authorization code flow with PKCE (RFC 7636).

Tokens are verified by ``joserfc``. The provider only says who somebody is: what he may do stands in his account here,
and nobody gets one by signing in.
"""

import base64
import hashlib
import http.client
import secrets
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from anxin.people.models import User

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY_S = 60
TIMEOUT_S = 10
_MOST_BYTES = 1 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Stay(urllib.request.HTTPRedirectHandler):
    """A provider's answer comes from the provider: no redirect leads the client's secret elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


class SignOnFailed(Exception):
    """The single sign-on could not say who it is. The text is for the log; it holds no token and no secret."""


@dataclass(frozen=True)
class Asking:
    """What is remembered between leaving for the provider and coming back; good once."""

    state: str
    nonce: str
    verifier: str


def is_set_up() -> bool:
    """Whether this installation has a single sign-on."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT)


def begin(*, answer_to: str) -> tuple[str, Asking]:
    """The provider's address to send the browser to, and what to remember. Raises SignOnFailed."""
    asking = Asking(*(secrets.token_urlsafe(32) for _ in range(3)))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asking.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT,
        "redirect_uri": answer_to,
        "scope": "openid profile",
        "state": asking.state,
        "nonce": asking.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    endpoint = _endpoint(_provider(), "authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", asking


def finish(*, asking: Asking, state: str, code: str, answer_to: str, at: datetime) -> str:
    """The provider's name for the person who came back. Raises SignOnFailed for anything that does not fit."""
    if not code or not secrets.compare_digest(asking.state.encode(), state.encode()):
        raise SignOnFailed("the answer does not belong to this browser's question")
    provider = _provider()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": answer_to,
        "code_verifier": asking.verifier,
        "client_id": settings.OIDC_CLIENT,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    ways = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if settings.OIDC_SECRET and "client_secret_basic" not in ways and "client_secret_post" in ways:
        form["client_secret"] = settings.OIDC_SECRET
    elif settings.OIDC_SECRET:
        pair = f"{urllib.parse.quote(settings.OIDC_CLIENT, '')}:{urllib.parse.quote(settings.OIDC_SECRET, '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = _ask(_endpoint(provider, "token_endpoint"), urlencode(form).encode(), headers)
    claims = _verified(str(answer.get("id_token", "")), _ask(_endpoint(provider, "jwks_uri")), asking.nonce, at)
    name = claims.get(settings.OIDC_CLAIM)
    if not isinstance(name, str) or not name:
        raise SignOnFailed(f"the token has no claim {settings.OIDC_CLAIM}")
    return name


def person_named(name: str) -> User | None:
    """Whose account a provider's name is bound to; nobody's who is suspended or has left."""
    return User.objects.filter(single_sign_on=name, is_active=True, left_at=None).first() if name else None


def _verified(token: str, keys: dict[str, Any], nonce: str, at: datetime) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7). Raises SignOnFailed."""
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": settings.OIDC_ISSUER},
            aud={"essential": True, "value": settings.OIDC_CLIENT},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SignOnFailed(f"the token does not hold: {type(error).__name__}") from None
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.OIDC_CLIENT:
        raise SignOnFailed("the token is meant for another party")
    return claims


def _provider() -> dict[str, Any]:
    """What the provider says about itself. Asked anew each time, so that its keys may change."""
    provider = _ask(settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration")
    if provider.get("issuer") != settings.OIDC_ISSUER:
        raise SignOnFailed("the provider calls itself by another name than ANXIN_OIDC_ISSUER")
    return provider


def _endpoint(provider: dict[str, Any], name: str) -> str:
    address = provider.get(name)
    if not isinstance(address, str):
        raise SignOnFailed(f"the provider has no {name}")
    return address


def _ask(address: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise SignOnFailed("the provider names an address that is none") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SignOnFailed("the provider must be reached by https")
    request = urllib.request.Request(address, data=body, headers=headers or {})  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as answer:
            told = orjson.loads(answer.read(_MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SignOnFailed(f"the provider did not answer: {type(error).__name__}") from None
    if not isinstance(told, dict):
        raise SignOnFailed("the provider's answer is no object")
    return told
