"""The operations that are compared, each asked of every server in that server's own words for the same thing."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.graphql.identity import HEADER
from bench.graphql.load import post
from bench.graphql.shape import Place, Shape

TEXTS = Path(__file__).parent / "documents"
OURS, PEER, READ, TRANSACTION = "ours", "postgraphile", "hand-written, app.read", "hand-written, transaction"
VARIANTS = 200
"""Different requests of one operation, sent in turns."""

Variables = Mapping[str, str | None]
Choose = Callable[[Shape, random.Random], Variables]


def _member(size: Shape, chance: random.Random) -> Variables:
    return {"number": f"N{chance.randint(1, size.members):07}"}


def _general(size: Shape, chance: random.Random) -> Variables:
    return {"code": f"001{chance.randint(1, size.generals):03}"}


def _branch(size: Shape, chance: random.Random) -> Variables:
    number = chance.randint(1, size.branches)
    return {"code": f"001{(number - 1) % size.generals + 1:03}{number:03}"}


def _nothing(_size: Shape, _chance: random.Random) -> Variables:
    return {}


@dataclass(frozen=True)
class Operation:
    """`arguments` are the names of the variables in the order of the hand-written statement; `connection` is where the
    pages of a paged one lie in each server's answer.
    """

    name: str
    title: str
    choose: Choose
    arguments: tuple[str, ...] = ()
    connection: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ours(self) -> str:
        """Our text."""
        return self._text(".graphql")

    @property
    def peer(self) -> str:
        """PostGraphile's text."""
        return self._text(".peer.graphql")

    def _text(self, suffix: str) -> str:
        return " ".join((TEXTS / f"{self.name}{suffix}").read_text(encoding="utf-8").split())


_PAGES = {OURS: ("organization", "members"), PEER: ("benchPeopleBelow",)}
OPERATIONS = (
    Operation("member", "Q1 one member, branch, last ten attendances", _member, ("number",)),
    Operation(
        "below", "Q2 first 100 members below a node, by cursor", _general, ("code", "after_name", "after_id"), _PAGES
    ),
    Operation(
        "dashboard", "Q3 thirty general branches: members, attendances in 90 days, study hours of the year", _nothing
    ),
    Operation("viewer", "who is asking, for every page's head", _nothing),
    Operation("register", "a branch's register of members", _branch, ("code",)),
    Operation("branch", "a branch with term and posts", _branch, ("code",)),
    Operation("tree", "what stands right below a general branch", _general, ("code",)),
    Operation("activities", "a branch's activities of a quarter", _branch, ("code",)),
)


@dataclass(frozen=True)
class Ask:
    """One request: whose it is and what it asks for."""

    place: Place
    variables: Mapping[str, str | None]
    after: Mapping[str, str] = field(default_factory=dict)


def asks(operation: Operation, size: Shape, places: list[Place], seed: int = 1) -> list[Ask]:
    """The same requests in every run."""
    chance = random.Random(f"{operation.name} {seed}")
    return [Ask(chance.choice(places), operation.choose(size, chance)) for _ in range(VARIANTS)]


def request(server: str, operation: Operation, ask: Ask, token: str | None = None) -> bytes:
    """The request as it goes over the wire."""
    headers = {HEADER: str(ask.place.id)}
    if server == OURS:
        own = (
            {"Authorization": f"Bearer {token}"}
            if token
            else headers | {"X-Zhibu-Client": "bench", "Origin": "http://127.0.0.1"}
        )
        body = {"query": operation.ours, "variables": _with_cursor(ask, server)}
        return post(f"/t/{ask.place.slug}/graphql", json.dumps(body).encode(), own)
    if server == PEER:
        variables = _with_cursor(ask, server)
        if "$tenant" in operation.peer:
            variables["tenant"] = str(ask.place.id)
        return post("/graphql", json.dumps({"query": operation.peer, "variables": variables}).encode(), headers)
    place = dict(ask.variables) | {"after_name": ask.after.get("name"), "after_id": ask.after.get("id")}
    way = "read" if server == READ else "transaction"
    return post(f"/{way}/{operation.name}", json.dumps([place[name] for name in operation.arguments]).encode(), headers)


def _with_cursor(ask: Ask, server: str) -> dict[str, Any]:
    return dict(ask.variables) | ({"after": ask.after[server]} if server in ask.after else {})
