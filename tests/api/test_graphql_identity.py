"""Tokens that are not good, tenants that are not one's own, and ids of the neighbour, which answer like random ones."""

# ruff: noqa: E501 operations and attacks read best in one line

import base64
import hmac
import json
import time
import uuid
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from zhibu_graphql.ids import global_id

HOUR = 3600
ISSUER = "https://issuer.example.edu.cn"


def claims(api: Any, **changed: Any) -> dict[str, Any]:
    slug, now = api.home.tenant.slug, int(time.time())
    good = {"iss": ISSUER, "sub": f"organizer-{slug}", "aud": ["zhibu-api"], "iat": now, "exp": now + HOUR}
    return good | {"organization": [slug], "client_id": "test"} | changed


def signed(api: Any, header: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode(
        {"alg": "ES256", "typ": "at+jwt", "kid": api.signer._key.kid} | (header or {}),
        claims(api, **changed),
        api.signer._key,
        algorithms=["ES256"],
    )


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(api: Any) -> str:
    return f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': api.signer._key.kid})}.{part(claims(api))}."


def hmac_with_public_key(api: Any) -> str:
    # By hand: joserfc itself refuses to take a public key for a secret.
    header = {"alg": "HS256", "typ": "at+jwt", "kid": api.signer._key.kid}
    text = f"{part(header)}.{part(claims(api))}"
    mac = hmac.digest(api.signer._key.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def by_own_key(api: Any, **header: Any) -> str:
    own = ECKey.generate_key("P-256", parameters={"kid": api.signer._key.kid})
    return jwt.encode(
        {"alg": "ES256", "typ": "at+jwt", "kid": own.kid} | header, claims(api), own, algorithms=["ES256"]
    )


def own_jwk(api: Any) -> str:
    own = RSAKey.generate_key(2048)
    return jwt.encode(
        {"alg": "RS256", "typ": "at+jwt", "jwk": own.as_dict(private=False)}, claims(api), own, algorithms=["RS256"]
    )


ATTACKS = {
    "none": unsigned,
    "HS256 with the public key": hmac_with_public_key,
    "another key under the known kid": by_own_key,
    "a key of its own inside": own_jwk,
    "a key set elsewhere": lambda api: by_own_key(api, jku="https://elsewhere.example/keys"),
    "another audience": lambda api: signed(api, aud=["other-api"]),
    "no audience": lambda api: signed(api, aud=[]),
    "another issuer": lambda api: signed(api, iss="https://elsewhere.example"),
    "an ID token": lambda api: api.signer.id_token(
        f"organizer-{api.home.tenant.slug}", api.home.tenant.slug, "zhibu-web", "n"
    ),
    "an ID token under the API's name": lambda api: signed(api, {"typ": "JWT"}),
    "expired": lambda api: signed(api, exp=int(time.time()) - HOUR, iat=int(time.time()) - 2 * HOUR),
    "without end": lambda api: signed(api, exp=None),
    "no token": lambda api: "abc",
    "an altered one": lambda api: signed(api)[:-8] + "AAAAAAAA",
}


async def test_a_good_token_lets_in(api: Any) -> None:
    assert (await api.ask("{ viewer { name } }", token=signed(api))).data == {"viewer": {"name": "示例organizer"}}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_bad_tokens_do_not(api: Any, attack: str) -> None:
    answer = await api.ask("{ viewer { name } }", token=ATTACKS[attack](api))
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert "data" not in answer.body


async def test_nobody_is_401(api: Any) -> None:
    answer = await api.ask("{ __typename }", role=None)
    assert (answer.status, answer.code, answer.headers["www-authenticate"]) == (401, "UNAUTHENTICATED", "Bearer")
    assert "data" not in answer.body


@pytest.mark.parametrize("changed", [{"organization": ["another"]}, {"organization": []}, {"sub": "unknown"}])
async def test_tokens_of_another_tenant_or_of_strangers_are_403(api: Any, changed: dict[str, Any]) -> None:
    answer = await api.ask("{ viewer { name } }", token=signed(api, **changed))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "data" not in answer.body


async def test_the_neighbours_token_is_403(api: Any) -> None:
    answer = await api.ask("{ viewer { name } }", token=api.token("organizer", api.neighbour))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "data" not in answer.body


async def test_who_holds_no_role_is_403(api: Any) -> None:
    answer = await api.ask("{ viewer { name } }", "nobody")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


BY_ID = """query Q($id: ID!) { node(id: $id) { id __typename } organization(id: $id) { id } }"""
LISTS = [
    "organizations(first: 5, organization: $id) { totalCount edges { node { id } } }",
    "members(first: 5, organization: $id) { totalCount edges { node { id } } }",
    "facts(first: 5, organization: $id) { totalCount edges { node { id } } }",
    "facts(first: 5, member: $id) { totalCount edges { node { id } } }",
    'duties(first: 5, period: "2026Q2", organization: $id) { totalCount edges { node { id } } }',
]
IDS = """{ organizations(first: 9) { edges { node { id } } } members(first: 9) { edges { node { id } } }
  facts(first: 9) { edges { node { id } } } duties(first: 9, period: "2026Q2") { edges { node { id } } } }"""


async def ids_of(api: Any, place: Any) -> dict[str, list[str]]:
    data = (await api.ask(IDS, at=place)).data
    return {kind: [edge["node"]["id"] for edge in found["edges"]] for kind, found in data.items()}


async def test_every_own_id_is_found_again(api: Any) -> None:
    found = await ids_of(api, api.home)
    assert all(found.values())
    for kind, name in {"organizations": "Organization", "members": "Member", "facts": "Fact", "duties": "Duty"}.items():
        data = (await api.ask(BY_ID, variables={"id": found[kind][0]})).data
        assert data["node"] == {"id": found[kind][0], "__typename": name}


async def test_foreign_ids_answer_like_random_ones(api: Any) -> None:
    foreign = await ids_of(api, api.neighbour)
    tags = {"organizations": "O", "members": "M", "facts": "F"}
    for kind, ids in foreign.items():
        random = global_id(tags[kind], uuid.uuid4().bytes) if kind in tags else "x"
        for query in (BY_ID, *(f"query Q($id: ID!) {{ {field} }}" for field in LISTS)):
            answers = [(await api.ask(query, variables={"id": id_})) for id_ in (ids[0], random, "", "no id")]
            assert [a.status for a in answers] == [200] * 4
            assert all(answer.body == answers[0].body for answer in answers), query
            assert ids[0] not in str(answers[0].body)
    assert (await api.ask(BY_ID, variables={"id": "x"})).data == {"node": None, "organization": None}


async def test_unreadable_ids_answer_like_random_ones(api: Any) -> None:
    found = await ids_of(api, api.home)
    outside = (await api.ask('{ organization(code: "121") { id members(first: 1) { edges { node { id } } } } }')).data[
        "organization"
    ]
    unreadable = {
        "secretary": [outside["id"], outside["members"]["edges"][0]["node"]["id"]],
        "admin": [found["members"][0], found["facts"][0], found["duties"][0]],
    }
    for role, ids in unreadable.items():
        for id_ in ids:
            query = "query Q($id: ID!) { node(id: $id) { id ... on Member { name phone } ... on Fact { kind } ... on Duty { window } ... on Organization { name } } }"
            assert (await api.ask(query, role, variables={"id": id_})).body == {"data": {"node": None}}
