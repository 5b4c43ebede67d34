"""A small CAS 3.0 server for tests: sign-in page, tickets good once for one service, attributes, single logout."""

import html
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx

from zhibu_testing.loopback import Asked, Said, answering

LIFETIME = 10.0
COOKIE = "TGC"
YALE = "http://www.yale.edu/tp/cas"
LOGOUT = """<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" Version="2.0" \
IssueInstant="{at}"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>\
<samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"""


@dataclass
class CasServer:
    """Whoever gives a user's name and that user's password is in; `users` are passwords, `attributes` by user."""

    users: Mapping[str, str]
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    address: str = ""
    sessions: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    spent: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    validated: list[dict[str, str]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        """The protocol's addresses below /cas, and /client, where tests let browsers end."""
        doors: dict[tuple[str, str], Callable[[Asked], Said]] = {
            ("GET", "/cas/login"): self._page,
            ("POST", "/cas/login"): self._sign_in,
            ("GET", "/cas/p3/serviceValidate"): self._validate,
            ("GET", "/cas/logout"): self._logout,
            ("GET", "/client"): lambda _: Said("client"),
        }
        found = doors.get((asked.method, asked.path))
        return found(asked) if found else Said("nothing here", 404)

    def ticket(self, user: str, service: str) -> str:
        """A ticket as a sign-in makes it."""
        made = f"ST-{secrets.token_urlsafe(24)}"
        self.tickets[made] = (user, service, time.monotonic())
        return made

    def _page(self, asked: Asked) -> Said:
        user = self.sessions.get(_cookie(asked))
        if user and not asked.query.get("renew"):
            return self._back(user, asked.query["service"], {})
        service = html.escape(asked.query.get("service", ""))
        form = f'<form method="post" action="/cas/login"><input type="hidden" name="service" value="{service}">'
        return Said(f'{form}<input name="username"><input name="password" type="password"></form>')

    def _sign_in(self, asked: Asked) -> Said:
        form = asked.form
        user = form.get("username", "")
        if self.users.get(user) != form.get("password"):
            return Said("no", 401)
        session = secrets.token_urlsafe(16)
        self.sessions[session] = user
        return self._back(user, form["service"], {"Set-Cookie": f"{COOKIE}={session}; Path=/cas/; HttpOnly"})

    def _back(self, user: str, service: str, headers: dict[str, str]) -> Said:
        mark = "&" if "?" in service else "?"
        target = f"{service}{mark}{urlencode({'ticket': self.ticket(user, service)})}"
        return Said(status=302, headers=headers | {"Location": target})

    def _validate(self, asked: Asked) -> Said:
        self.validated.append(asked.query)
        ticket, service = asked.query.get("ticket", ""), asked.query.get("service", "")
        user, made_for, at = self.tickets.pop(ticket, ("", "", 0.0))
        if not user or time.monotonic() - at > LIFETIME:
            return _xml(
                f'<cas:authenticationFailure code="INVALID_TICKET">{escape(ticket)}</cas:authenticationFailure>'
            )
        if made_for != service:
            return _xml('<cas:authenticationFailure code="INVALID_SERVICE">no</cas:authenticationFailure>')
        self.spent.setdefault(user, []).append((ticket, service))
        more = "".join(f"<cas:{k}>{escape(v)}</cas:{k}>" for k, v in self.attributes.get(user, {}).items())
        attributes = f"<cas:attributes>{more}</cas:attributes>"
        return _xml(
            f"<cas:authenticationSuccess><cas:user>{escape(user)}</cas:user>{attributes}</cas:authenticationSuccess>"
        )

    def _logout(self, asked: Asked) -> Said:
        """Tells every service of the session's user (back channel)."""
        user = self.sessions.pop(_cookie(asked), "")
        self.end(user)
        return Said("out")

    def end(self, user: str) -> list[int]:
        """The single logout of a user; the statuses that the services answered."""
        statuses = []
        for ticket, service in self.spent.pop(user, []):
            notice = LOGOUT.format(id=secrets.token_hex(8), at="2026-11-01T00:00:00Z", ticket=escape(ticket))
            with httpx.Client(trust_env=False, timeout=5, verify=False) as client:
                statuses.append(client.post(service, data={"logoutRequest": notice}).status_code)
        return statuses


@contextmanager
def cas_server(
    users: Mapping[str, str], attributes: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[CasServer]:
    """Serves CAS on loopback; its address ends in /cas."""
    server = CasServer(users, attributes or {})
    with answering(server.answer) as origin:
        server.address = f"{origin}/cas"
        yield server


def _cookie(asked: Asked) -> str:
    pairs = (part.strip().partition("=") for part in asked.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


def _xml(inner: str) -> Said:
    return Said(f'<cas:serviceResponse xmlns:cas="{YALE}">{inner}</cas:serviceResponse>', kind="application/xml")
