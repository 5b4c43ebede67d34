"""One-time codes by time (RFC 6238), as a device of one of our synthetic people would show them."""

import hmac

PERIOD = 30


def one_time_code(secret: str, at: float) -> str:
    """Six digits for a moment in seconds since 1970; `secret` is the device's, as plain text."""
    counter = int(at // PERIOD).to_bytes(8, "big")
    digest = hmac.digest(secret.encode(), counter, "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
