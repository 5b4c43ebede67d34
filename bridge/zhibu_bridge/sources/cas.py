"""A campus CAS server, protocol 3.0, by python-cas: a ticket is good once, for exactly the address it was made for."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests
from cas import CASClientV3
from requests.adapters import HTTPAdapter

from zhibu_bridge.contract import Found, Visit, refused, subject_of
from zhibu_bridge.settings import settings_as
from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import TIMEOUT, check_issuer_address
from zhibu_core.words import Words

LONGEST_TICKET = 256
LONGEST_NOTICE = 16_384


class CasSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`server` is the CAS address, `subject` the attribute with a person's stable id; without it CAS's own user counts."""

    server: str
    subject: str | None = None


class _Patient(HTTPAdapter):
    """Waits five seconds, and follows nobody elsewhere: python-cas itself would wait for ever."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer of this address itself."""
        kwargs["timeout"] = TIMEOUT
        return super().send(request, *args, **kwargs)


class CasSource:
    """One CAS server."""

    def __init__(self, given: Mapping[str, Any], _folder: Path, demo: bool) -> None:
        self.settings = settings_as(CasSettings, given)
        check_issuer_address(self.settings.server, demo=demo)

    def address(self, visit: Visit) -> str:
        """CAS's sign-in page."""
        address: str = self._client(visit).get_login_url()
        return address

    async def find(self, visit: Visit, query: Mapping[str, str]) -> Found:
        """Whose ticket it is, as CAS says; its single logout names the ticket later."""
        ticket = query.get("ticket", "")
        if not ticket or len(ticket) > LONGEST_TICKET:
            raise refused("no ticket")
        user, attributes = await asyncio.to_thread(self._verify, visit, ticket)
        if user is None:
            raise refused("ticket")
        subject = attributes.get(self.settings.subject) if self.settings.subject else user
        return Found(subject_of(subject), ticket)

    def ended(self, form: Mapping[str, str]) -> str | None:
        """The ticket of a single logout (CAS 3.0, 2.3.3): who knows it, was told it by CAS."""
        notice = form.get("logoutRequest", "")
        if not notice or len(notice) > LONGEST_NOTICE or "<!" in notice:
            return None
        indexes = CASClientV3.get_saml_slos(notice.encode())
        return str(indexes[0].text) if indexes and indexes[0].text else None

    def _verify(self, visit: Visit, ticket: str) -> tuple[str | None, Mapping[str, Any]]:
        try:
            user, attributes, _ = self._client(visit).verify_ticket(ticket)
        except (requests.RequestException, SyntaxError, IndexError) as error:
            said = type(error).__name__
            raise Unavailable(
                "cas_silent",
                Words(f"CAS 没有应答（{said}）。请稍后重试。", f"CAS does not answer ({said}). Try again later."),
            ) from error
        return user, attributes or {}

    def _client(self, visit: Visit) -> CASClientV3:
        session = requests.Session()
        session.trust_env = False
        session.max_redirects = 0
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Patient())
        service = f"{visit.callback}?{urlencode({'state': visit.state})}"
        return CASClientV3(service_url=service, server_url=f"{self.settings.server.rstrip('/')}/", session=session)
