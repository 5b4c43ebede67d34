"""The OpenAPI document is true: what it allows is sent to the real server by schemathesis, and nothing undocumented comes back."""

import asyncio
from typing import Any

import hypothesis
import pytest

EXAMPLES = 40
QUIET = hypothesis.settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)


def try_out(document: dict[str, Any], origin: str, headers: dict[str, str], examples: int) -> set[tuple[str, str, int]]:
    """Calls every operation with made-up values; returns what was answered, raises for what no operation documents."""
    # Seconds of import, which only this run is to pay.
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    every = [
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_schema_conformance, checks.ignored_auth,
    ]  # fmt: skip
    seen: set[tuple[str, str, int]] = set()
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(QUIET, max_examples=examples)
        def call(case: Any) -> None:
            answer = case.call(base_url=origin, headers=headers)
            seen.add((case.method, case.operation.path, answer.status_code))
            case.validate_response(answer, checks=every, headers=headers)

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


@pytest.mark.schemas
async def test_nothing_undocumented_is_answered(directory: Any, origin: str) -> None:
    document = (await directory.http.get(f"/t/{directory.place.tenant.slug}/openapi.json")).json()
    seen = await asyncio.to_thread(try_out, document, origin, directory.bearer, EXAMPLES)
    assert {path for _, path, _ in seen} == set(document["paths"])
    assert {200, 404} <= {status for _, _, status in seen}
