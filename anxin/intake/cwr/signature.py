"""The signature of the CWRService family (protocol family B)."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

SIGNED = ("api_key", "api_version", "client_serial", "timestamp")


def signature(*, secret: str, parameters: Mapping[str, str], body: bytes) -> str:
    """Upper-case MD5 over secret, the parameters and the raw body in the order of their names, secret.

    ``parameters`` are those that were sent, without ``signature``; an empty body signs as ``{}``.
    """
    parts = {name: value.encode() for name, value in parameters.items()}
    parts["body"] = body if body.strip() else b"{}"
    joined = b"".join(name.encode() + parts[name] for name in sorted(parts))
    wrapped = secret.encode() + joined + secret.encode()
    return hashlib.md5(wrapped, usedforsecurity=False).hexdigest().upper()


def holds(*, given: str, secrets: Iterable[str], parameters: Mapping[str, str], body: bytes) -> bool:
    """Whether a signature was made with one of the secrets.

    The blank inside the timestamp may have been signed as a blank or as the ``+`` that carried it.
    """
    known = {name: parameters[name] for name in SIGNED if name in parameters}
    stamp = known.get("timestamp", "")
    spellings = dict.fromkeys((stamp, stamp.replace("+", " "), stamp.replace(" ", "+")))
    wanted = given.strip().upper().encode()
    return any(
        hmac.compare_digest(
            signature(secret=secret, parameters={**known, "timestamp": spelling}, body=body).encode(), wanted
        )
        for secret in secrets
        for spelling in spellings
    )
