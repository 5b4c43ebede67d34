"""Drift is named by what we ask for and nothing else."""

from typing import Any

import pytest

from zhibu_core.identity.code_flow import belongs, organizations_of
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.sources import Source
from zhibu_tenants.keycloak.drift import differences
from zhibu_tenants.keycloak.wanted import command_client, program_client, web_client


@pytest.mark.parametrize(
    ("wanted", "found", "lines"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": True}, {"a": False}, ["x: a is off, should be on"]),
        ({"a": "1"}, {}, ["x: a is not set, should be 1"]),
        ({"a": {"b": "c"}}, {"a": {"b": "d"}}, ["x: a: b is d, should be c"]),
        ({"a": ["1"]}, {"a": ["1", "*"]}, ["x: a is *, 1, should be 1"]),
        ({"a": ["1", "2"]}, {"a": ["2", "1"]}, []),
        ({"a": []}, {"a": ["*"]}, ["x: a is *, should be empty"]),
        ({"a": [{"name": "n", "b": 1}]}, {"a": [{"name": "n", "b": 1}, {"name": "m"}]}, []),
        ({"a": [{"name": "n"}]}, {"a": []}, ["x: a n is missing"]),
    ],
)
def test_differences(wanted: Any, found: Any, lines: list[str]) -> None:
    assert list(differences(wanted, found, "x")) == lines


@pytest.mark.parametrize(
    "client", [web_client("w", "n", "https://x/t/a"), command_client("c"), program_client("p", "n")]
)
def test_no_client_takes_a_password_or_sees_more_than_it_needs(client: dict[str, Any]) -> None:
    assert not client["directAccessGrantsEnabled"]
    assert not client["implicitFlowEnabled"]
    assert not client["fullScopeAllowed"]
    assert client["attributes"]["access.token.header.type.rfc9068"] == "true"
    assert all("*" not in address for address in client["redirectUris"])
    assert sum(client[flow] for flow in ("standardFlowEnabled", "serviceAccountsEnabled")) <= 1


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (["a", "b"], {"a", "b"}),
        ({"a": {"id": "1"}}, {"a"}),
        (None, set()),
        ([], set()),
        ("a", set()),
        ([1, {"a": 1}], set()),
        (True, set()),
    ],
)
def test_the_organization_claim_in_its_shapes(claim: Any, found: set[str]) -> None:
    assert organizations_of({"organization": claim}) == found


def test_a_missing_claim_is_a_no_unless_the_whole_realm_is_the_tenants() -> None:
    issuer = Issuer("https://id.example.edu.cn", "web")
    shared, own = Source(issuer, "web", organization="a"), Source(issuer, "web")
    assert (belongs({}, shared), belongs({"organization": ["b"]}, shared), belongs({}, own)) == (False, False, True)
    assert belongs({"organization": {"a": {}}}, shared)
    assert (shared.scope, own.scope) == ("openid organization:a", "openid")
