"""SCIM's protocol: filters, order, pages, attributes, versions, groups, errors in its own form (RFC 7644)."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from zhibu_core.organization.people import Membership
from zhibu_core.platform import Platform
from zhibu_core.rates import Rate
from zhibu_core.tenancy.session import instant_of
from zhibu_tenants.scim.days import latest_days
from zhibu_tenants.scim.differences import differences

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BAD_PHONE = {"userName": "x", "displayName": "x", "phoneNumbers": [{"value": "call me"}]}
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PEOPLE = (
    {"userName": "Anna", "displayName": "安娜", "title": "Engineer", "externalId": "E1"},
    {"userName": "bert", "displayName": "伯特", "active": False, ENTERPRISE: {"employeeNumber": "N-2"}},
    {"userName": "CLARA%", "displayName": "克拉拉_", "title": "engine driver", "externalId": "e1"},
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def users(directory: Any) -> dict[str, str]:
    """Three users by name, the first in a group."""
    found = {}
    for one in PEOPLE:
        answer = await directory.ask("POST", "/Users", one)
        assert answer.status_code == 201, answer.text
        found[str(one["userName"])] = answer.json()["id"]
    group = {"displayName": "组", "externalId": "121", "members": [{"value": found["Anna"]}]}
    found["group"] = (await directory.ask("POST", "/Groups", group)).json()["id"]
    return found


async def found(directory: Any, **parameters: str) -> Any:
    answer = await directory.http.get(f"{directory.base}/Users", params=parameters, headers=directory.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ('userName eq "ANNA"', ["Anna"]),
        ('userName sw "b" or userName ew "A%"', ["CLARA%", "bert"]),
        ('userName co "%"', ["CLARA%"]),
        ('externalId eq "e1"', ["CLARA%"]),
        ('title sw "ENGIN" and not (userName eq "anna")', ["CLARA%"]),
        ("title pr", ["Anna", "CLARA%"]),
        ("active eq false", ["bert"]),
        ('userName ne "anna"', ["CLARA%", "bert"]),
        ("active ne false", ["Anna", "CLARA%"]),
        (f'{ENTERPRISE}:employeeNumber eq "N-2"', ["bert"]),
        ('meta.created gt "2020-01-01T00:00:00Z" and displayName eq "安娜"', ["Anna"]),
        ('id eq "nothing"', []),
        ("groups pr", ["Anna"]),
        ('userName eq "x\' or true --"', []),
        ("title eq null", ["bert"]),
    ],
)
async def test_filters(directory: Any, users: dict[str, str], sought: str, names: list[str]) -> None:
    page = await found(directory, filter=sought)
    assert sorted(user["userName"] for user in page.get("Resources", [])) == names
    assert page["totalResults"] == len(names)


async def test_a_user_is_found_by_group_and_id(directory: Any, users: dict[str, str]) -> None:
    for sought in (
        f'groups.value eq "{users["group"]}"',
        f'groups[value eq "{users["group"]}"]',
        f'id eq "{users["Anna"]}"',
    ):
        assert [user["userName"] for user in (await found(directory, filter=sought))["Resources"]] == ["Anna"]


async def test_order_and_pages(directory: Any, users: dict[str, str]) -> None:
    async def names(**parameters: str) -> list[str]:
        return [user["userName"] for user in (await found(directory, **parameters)).get("Resources", [])]

    assert await names(sortBy="userName") == ["Anna", "bert", "CLARA%"]
    assert await names(sortBy="title", sortOrder="descending") == ["bert", "Anna", "CLARA%"]
    assert await names(sortBy="userName", startIndex="2", count="1") == ["bert"]
    page = await found(directory, sortBy="userName", startIndex="0", count="0")
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 1, 0)
    everything = await directory.ask("POST", "/.search", {"count": 2, "startIndex": 3})
    assert everything.json()["totalResults"] == 4
    assert [r["meta"]["resourceType"] for r in everything.json()["Resources"]] == ["User", "Group"]


async def test_attributes_are_chosen(directory: Any, users: dict[str, str]) -> None:
    only = (await found(directory, attributes="userName", filter='userName eq "anna"'))["Resources"][0]
    assert set(only) == {"schemas", "id", "userName"}
    without = (await found(directory, excludedAttributes="meta,title", filter='userName eq "anna"'))["Resources"][0]
    assert not {"meta", "title"} & set(without)


async def test_versions_guard_changes(directory: Any, users: dict[str, str]) -> None:
    path = f"/Users/{users['bert']}"
    first = await directory.ask("GET", path)
    tag = first.headers["etag"]
    assert tag == first.json()["meta"]["version"]
    assert (await directory.ask("GET", path, If_None_Match=tag)).status_code == 304
    change = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "T"}]}
    changed = await directory.ask("PATCH", path, change, If_Match=tag)
    assert changed.headers["etag"] != tag
    same = await directory.ask("PATCH", path, change, If_Match=changed.headers["etag"])
    assert same.headers["etag"] == changed.headers["etag"], "nothing differs"
    for method, body in (("PATCH", change), ("PUT", PEOPLE[1]), ("DELETE", None)):
        assert (await directory.ask(method, path, body, If_Match=tag)).status_code == 412
    back = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "title"}]}
    assert "title" not in (await directory.ask("PATCH", path, back, If_Match="*")).json()


async def test_members_of_a_group_move_nobody(directory: Any, platform: Platform) -> None:
    member, tenant = directory.place.people["王111"], directory.place.tenant
    one = {"userName": "wang", "displayName": "王111", ENTERPRISE: {"employeeNumber": member.number}}
    user = (await directory.ask("POST", "/Users", one)).json()["id"]
    made = await directory.ask("POST", "/Groups", {"displayName": "院", "externalId": "12"})
    path, version = f"/Groups/{made.json()['id']}", made.headers["etag"]
    join = {"schemas": [PATCH], "Operations": [{"op": "Add", "path": "members", "value": [{"value": user}]}]}
    joined = await directory.ask("PATCH", path, join)
    assert [m["value"] for m in joined.json()["members"]] == [user]
    assert joined.headers["etag"] != version
    assert (await directory.ask("GET", f"/Users/{user}")).json()["groups"][0]["value"] == made.json()["id"]
    async with platform.database.session(tenant.id) as session:
        kept = (await session.scalars(select(Membership).where(Membership.person_id == member.id))).one()
        assert kept.organization_id == directory.place.organizations["111"].id
        told = [(d.person, d.kind, d.branch, d.said) for d in await differences(session, [""])]
        assert ("王111", "elsewhere", "组织111", "组织12") in told
        assert await differences(session, [directory.place.organizations["12"].path]) == []
        assert instant_of(session).tzinfo is not None
    leave = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": f'members[value eq "{user}"]'}]}
    assert "members" not in (await directory.ask("PATCH", path, leave)).json()
    assert (await directory.ask("PATCH", path, join)).status_code == 200
    before = (await directory.ask("GET", path)).headers["etag"]
    assert (await directory.ask("DELETE", f"/Users/{user}")).status_code == 204
    after = await directory.ask("GET", path)
    assert (after.headers["etag"] != before, "members" in after.json()) == (True, False)
    async with platform.database.session(tenant.id) as session:
        assert ("王111", "left") in [(d.person, d.kind) for d in await differences(session, [""])]
    assert (await directory.ask("DELETE", path)).status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "scim_type", "names"),
    [
        ("POST", "/Users", {"displayName": "x"}, 400, "invalidValue", "userName"),
        ("POST", "/Users", {"userName": "x"}, 400, "invalidValue", "displayName"),
        ("POST", "/Users", {"userName": "x\x07", "displayName": "x"}, 400, "invalidValue", "userName"),
        ("POST", "/Users", {"userName": "x" * 256, "displayName": "x"}, 400, "invalidValue", "userName"),
        ("POST", "/Users", {"userName": "x", "displayName": "x", "active": "perhaps"}, 400, "invalidValue", "active"),
        ("POST", "/Users", BAD_PHONE, 400, "invalidValue", "phoneNumbers.value"),
        ("POST", "/Users", [], 400, "invalidSyntax", ""),
        ("GET", "/Users?filter=userName%20near%20%22x%22", None, 400, "invalidFilter", ""),
        ("GET", "/Users?filter=emails%20pr", None, 400, "invalidFilter", "emails"),
        ("GET", "/Users?filter=active%20gt%20true", None, 400, "invalidFilter", "active"),
        ("GET", "/Users?sortBy=groups.value", None, 400, "invalidPath", "groups"),
        ("GET", "/Users?count=many", None, 400, "invalidValue", "count"),
        ("GET", "/ServiceProviderConfig?filter=x", None, 403, None, "filter"),
        ("GET", "/Users/none", None, 404, None, "User"),
        ("GET", "/Me", None, 404, None, ""),
        ("POST", "/Bulk", {}, 501, None, "Bulk"),
        ("PUT", "/Users", {}, 405, None, "PUT"),
        ("POST", "/Groups", {"displayName": "x", "members": [{"value": "y"}]}, 400, "invalidValue", "members.value"),
    ],
)  # fmt: skip
async def test_errors_are_scims_own(
    directory: Any, method: str, path: str, body: Any, status: int, scim_type: str | None, names: str
) -> None:
    answer = await directory.ask(method, path, body)
    said = answer.json()
    assert (answer.status_code, said["status"], said.get("scimType"), said["schemas"]) == (
        status,
        str(status),
        scim_type,
        [ERROR],
    )
    assert names in said["detail"]
    assert answer.headers["content-type"].startswith("application/scim+json")


async def test_patches_are_all_or_nothing(directory: Any, users: dict[str, str]) -> None:
    path = f"/Users/{users['Anna']}"
    operations = [{"op": "replace", "path": "title", "value": "Y"}, {"op": "remove", "path": "userName"}]
    refused = await directory.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations})
    assert refused.status_code == 400
    assert (await directory.ask("GET", path)).json()["title"] == "Engineer"


async def test_calls_are_counted_and_points_taken(
    directory: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await directory.ask("POST", "/Users", {"userName": "no-name"})
    async with platform.database.session(directory.place.tenant.id) as session:
        day = (await latest_days(session, 1))[0]
    assert (day.client, day.last_refusal) == (directory.client, "400 invalidValue displayName")
    assert day.written > 0
    monkeypatch.setitem(platform.settings.graphql_client_points, directory.client, Rate(250, 1))  # type: ignore[index]
    answers = [await directory.ask("GET", "/Schemas") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) >= 1


async def test_other_media_types_and_refused_words_in_chinese(directory: Any) -> None:
    answer = await directory.ask("POST", "/Users", {}, Content_Type="text/plain", Accept_Language="zh")
    assert (answer.status_code, "请求体" in answer.json()["detail"]) == (415, True)


async def test_an_idempotency_key_creates_once(directory: Any, next_directory: Any) -> None:
    body = {"userName": "once", "displayName": "一次"}
    first, again = [await directory.ask("POST", "/Users", body, Idempotency_Key="k-1") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (again.headers["idempotency-replayed"], again.headers["etag"]) == ("true", first.headers["etag"])
    other = await directory.ask("POST", "/Users", body | {"userName": "twice"}, Idempotency_Key="k-1")
    assert other.status_code == 422
    theirs = await next_directory.ask("POST", "/Users", body, Idempotency_Key="k-1")
    assert theirs.json()["id"] != first.json()["id"]


async def test_filters_that_would_cost_too_much_are_refused(directory: Any) -> None:
    nested = "not (" * 1000 + "title pr" + ")" * 1000
    long = " or ".join(["title pr"] * 1000)
    nested_path = {"op": "remove", "path": f"members[{nested}]"}
    for path, body in (
        ("/Users/.search", {"filter": nested}),
        ("/Users/.search", {"filter": long}),
        ("/.search", {"filter": long}),
    ):
        answer = await directory.ask("POST", path, body)
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")
    group = (await directory.ask("POST", "/Groups", {"displayName": "深"})).json()["id"]
    patch = await directory.ask("PATCH", f"/Groups/{group}", {"schemas": [PATCH], "Operations": [nested_path]})
    assert patch.status_code == 400
