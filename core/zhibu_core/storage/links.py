"""Links to files that are good for minutes: file, person, tenant and expiry under the tenant's own key."""

import datetime as dt
import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from zhibu_core.errors import Gone, NotFound
from zhibu_core.platform import Platform
from zhibu_core.words import Words

GOOD_FOR = dt.timedelta(minutes=5)
KEY = "file.link"
_EXPIRY, _PERSON, _MAC = 5, 16, 16
_LENGTH = _EXPIRY + _PERSON + _MAC


@dataclass(frozen=True)
class Signed:
    """A link's last part, and until when it opens the file."""

    token: str
    until: dt.datetime


def sign(platform: Platform, tenant: uuid.UUID, file: uuid.UUID, person: uuid.UUID, now: dt.datetime) -> Signed:
    """A link for this person, who may open the file: whoever calls has checked that, the link says it."""
    until = now + GOOD_FOR
    said = int(until.timestamp()).to_bytes(_EXPIRY, "big") + person.bytes
    token = urlsafe_b64encode(said + _mac(platform, tenant, file, said)).rstrip(b"=").decode()
    return Signed(token, until)


def person_of_link(platform: Platform, tenant: uuid.UUID, file: uuid.UUID, token: str, now: dt.datetime) -> uuid.UUID:
    """Whom the link was made for; raises `NotFound` for one that we did not make for this file, `Gone` for an old one."""
    try:
        whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise no_such_file() from None
    said, mac = whole[: _EXPIRY + _PERSON], whole[_EXPIRY + _PERSON :]
    if len(whole) != _LENGTH or not hmac.compare_digest(mac, _mac(platform, tenant, file, said)):
        raise no_such_file()
    if int.from_bytes(said[:_EXPIRY], "big") < now.timestamp():
        raise Gone(
            "link_expired",
            Words(
                "这个下载链接已经过期（有效几分钟）。请回到原来的页面重新打开。",
                "This link is too old: it was good for some minutes. Open the file from its page again.",
            ),
        )
    return uuid.UUID(bytes=said[_EXPIRY:])


def no_such_file() -> NotFound:
    """The one answer for a file that is not there, another tenant's, withdrawn, or not the asker's to open."""
    return NotFound("not_found", Words("没有找到这个文件。", "There is no such file."), field="file")


def _mac(platform: Platform, tenant: uuid.UUID, file: uuid.UUID, said: bytes) -> bytes:
    return platform.keyring.cipher(tenant, KEY).index(f"{file}|{said.hex()}")
