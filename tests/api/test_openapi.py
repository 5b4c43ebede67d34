"""The OpenAPI document is true: what it allows is sent to the real server by schemathesis, and nothing undocumented comes back."""

import asyncio
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]

QUIET = hypothesis.settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)


def try_out(document: dict[str, Any], origin: str, headers: dict[str, str], examples: int) -> set[tuple[str, str, int]]:
    """Calls every operation with made-up values; returns what was answered, raises for what no operation documents."""
    seen: set[tuple[str, str, int]] = set()
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(QUIET, max_examples=examples)
        def call(case: Any) -> None:
            answer = case.call(base_url=origin, headers=headers)
            seen.add((case.method, case.operation.path, answer.status_code))
            # Whether a call without its token is refused is asked by a second call: in the long run only.
            checks = CHECKS if examples > 1 else CHECKS[:-1]
            case.validate_response(answer, checks=checks, headers=headers)

        call()
    return seen


async def test_the_document_is_public_and_names_no_page(directory: Any) -> None:
    prefix = f"/t/{directory.place.tenant.slug}"
    found = (await directory.http.get(f"{prefix}/openapi.json")).json()
    assert found["openapi"] == "3.1.0"
    assert f"{prefix}/scim/v2/Users/{{id}}" in found["paths"]
    assert not [path for path in found["paths"] if "graphql" in path or "/people" in path]
    ids = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=pytest.mark.schemas)])
async def test_nothing_undocumented_is_answered(directory: Any, origin: str, examples: int) -> None:
    document = (await directory.http.get(f"/t/{directory.place.tenant.slug}/openapi.json")).json()
    seen = await asyncio.to_thread(try_out, document, origin, directory.bearer, examples)
    assert {path for _, path, _ in seen} == set(document["paths"])
    assert {200, 404} <= {status for _, _, status in seen}
