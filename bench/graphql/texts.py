"""Texts that no cache by text knows: the same operation with its values inlined, and operations that differ in shape."""

import json
from collections.abc import Iterator
from itertools import combinations, count, islice, product

from bench.graphql.identity import HEADER
from bench.graphql.load import post
from bench.graphql.operations import OURS, PEER, Operation
from bench.graphql.shape import Place, Shape

MEMBER_FIELDS = (
    *("number", "sex", "ethnic", "birthOn", "education", "post", "class", "status", "joinedOn", "fullOn"),
    *("isLost", "isMobile", "partyPost", "since"),
)


def inlined(server: str, operation: Operation, place: Place, values: dict[str, str], first: int) -> bytes:
    """The operation without variables; `first` is how many facts it asks for."""
    text = (operation.ours if server == OURS else operation.peer).replace("first: 10", f"first: {first}")
    body = text.partition("{")[2]
    for name, value in (values | {"tenant": str(place.id)}).items():
        body = body.replace(f"${name}", json.dumps(value))
    return sent(server, place, "query { " + body)


def inlined_requests(server: str, operation: Operation, size: Shape, places: list[Place], number: int) -> list[bytes]:
    """So many different texts, each once, the same for every server."""
    values = product(range(10, 0, -1), range(1, size.members + 1))
    return [
        inlined(server, operation, places[n % len(places)], {"number": f"N{member:07}"}, first)
        for n, (first, member) in enumerate(islice(values, number))
    ]


def documents(number: int) -> Iterator[str]:
    """So many operations of different shape: other fields, another length of the list."""
    shapes = (
        f"query($number: String!) {{ members(first: {first}, number: $number) {{ edges {{ node {{ name {' '.join(fields)} }} }} }} }}"
        for first in count(1)
        for length in range(1, len(MEMBER_FIELDS))
        for fields in combinations(MEMBER_FIELDS, length)
    )
    yield from islice(shapes, number)


def document_requests(places: list[Place], number: int) -> list[bytes]:
    """Each document as a request to our own service."""
    return [
        sent(OURS, places[n % len(places)], text, {"number": f"N{n % 1000 + 1:07}"})
        for n, text in enumerate(documents(number))
    ]


def sent(server: str, place: Place, text: str, variables: dict[str, str] | None = None) -> bytes:
    """A request with a text and its variables."""
    body = json.dumps({"query": text, "variables": variables or {}}).encode()
    headers = {HEADER: str(place.id)}
    if server == PEER:
        return post("/graphql", body, headers)
    return post(f"/t/{place.slug}/graphql", body, headers | {"X-Zhibu-Client": "bench", "Origin": "http://127.0.0.1"})
