"""Users of a directory: taken in, matched, changed, seen off; what is theirs, what is not, and nothing of the neighbour's."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from zhibu_core.audit import AuditEntry
from zhibu_core.errors import Forbidden
from zhibu_core.identity.models import Account, RoleGrant, WebSession
from zhibu_core.identity.sessions import open_session
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, open_secrets
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_tenants.scim.models import DirectoryUser
from zhibu_testing.fixtures import TODAY

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def user(name: str, *, number: str | None = None, **more: Any) -> dict[str, Any]:
    extension = {ENTERPRISE: {"employeeNumber": number}} if number else {}
    return {"schemas": [CORE, *extension], "userName": f"u-{name}", "displayName": name} | extension | more


async def made(directory: Any, name: str, **more: Any) -> dict[str, Any]:
    answer = await directory.ask("POST", "/Users", user(name, **more))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == answer.json()["meta"]["location"]
    return dict(answer.json())


def patching(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


async def person_of(platform: Platform, directory: Any, user_id: str) -> Person:
    async with platform.database.session(directory.place.tenant.id) as session:
        mine = select(DirectoryUser.person_id).where(DirectoryUser.id == user_id)
        return (await session.scalars(select(Person).where(Person.id.in_(mine)))).one()


async def test_a_known_number_with_the_same_name_is_that_person(directory: Any, platform: Platform) -> None:
    member = directory.place.people["李111"]
    taken_in = await made(directory, "李111", number=member.number, title="工程师")
    found = await person_of(platform, directory, taken_in["id"])
    assert (found.id, found.post) == (member.id, "工程师")
    again = await directory.ask("POST", "/Users", user("李111", number=member.number) | {"userName": "another"})
    other = await directory.ask("POST", "/Users", user("别人", number=directory.place.people["赵111"].number))
    for answer in (again, other):
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
        assert "employeeNumber" in answer.json()["detail"]


async def test_repeated_creation_is_refused_by_the_attribute_it_repeats(directory: Any) -> None:
    await made(directory, "重复", externalId="x-1", number="88001")
    for repeated, attribute in (
        (user("重复"), "userName"),
        (user("甲", externalId="x-1"), "externalId"),
        (user("乙") | {"userName": "U-重复"}, "userName"),
    ):
        answer = await directory.ask("POST", "/Users", repeated)
        assert (answer.status_code, answer.json()["status"], answer.json()["scimType"]) == (409, "409", "uniqueness")
        assert attribute in answer.json()["detail"]
    at_once = await asyncio.gather(*(directory.ask("POST", "/Users", user("同时")) for _ in range(4)))
    assert sorted(answer.status_code for answer in at_once) == [201, 409, 409, 409]


async def test_telephones_are_sealed_sought_by_body_alone_and_never_read_back(
    directory: Any, platform: Platform
) -> None:
    numbers = [{"value": "13900009999", "type": "mobile"}, {"value": "010-5555", "type": "work"}]
    one = await made(directory, "电话", phoneNumbers=numbers)
    assert "phoneNumbers" not in one
    found = await person_of(platform, directory, one["id"])
    cipher = platform.keyring.cipher(directory.place.tenant.id, COLUMN)
    secrets = open_secrets(cipher, found.id, found.sealed)
    assert (secrets.phone, secrets.telephone) == ("13900009999", "010-5555")
    sought = 'phoneNumbers[value eq "13900009999"]'
    by_body = await directory.ask("POST", "/Users/.search", {"schemas": [SEARCH], "filter": sought})
    assert [r["id"] for r in by_body.json()["Resources"]] == [one["id"]]
    by_address = await directory.http.get(
        f"{directory.base}/Users", params={"filter": sought}, headers=directory.bearer
    )
    assert (by_address.status_code, by_address.json()["scimType"]) == (403, "sensitive")
    removed = await directory.ask(
        "PATCH", f"/Users/{one['id']}", patching({"op": "remove", "path": 'phoneNumbers[type eq "work"]'})
    )
    assert removed.status_code == 200
    found = await person_of(platform, directory, one["id"])
    assert open_secrets(cipher, found.id, found.sealed).telephone is None
    kept = await directory.ask("PUT", f"/Users/{one['id']}", user("电话", title="主任"))
    assert kept.json()["title"] == "主任"
    found = await person_of(platform, directory, one["id"])
    assert open_secrets(cipher, found.id, found.sealed).phone == "13900009999"


async def test_an_empty_value_never_replaces_a_filled_one_of_the_person(directory: Any, platform: Platform) -> None:
    one = await made(directory, "职务", number="88002", title="科长")
    cleared = await directory.ask("PUT", f"/Users/{one['id']}", user("职务新"))
    assert "title" not in cleared.json()
    assert ENTERPRISE not in cleared.json()
    found = await person_of(platform, directory, one["id"])
    assert (found.name, found.post, found.number) == ("职务新", "科长", "88002")
    assert found.sort_name.endswith("职务新")


async def test_a_suspended_user_is_signed_out_and_may_come_back(directory: Any, platform: Platform) -> None:
    tenant = directory.place.tenant
    one = await made(directory, "停用")
    found = await person_of(platform, directory, one["id"])
    async with platform.database.session(tenant.id) as session:
        session.add(Account(id=new_id(), issuer="https://i.example", subject="s-停用", person_id=found.id))
        await session.flush()
        await open_session(session, "https://i.example", "s-停用")
    off = patching({"op": "Replace", "value": {"active": False}})
    assert (await directory.ask("PATCH", f"/Users/{one['id']}", off)).json()["active"] is False
    async with platform.database.session(tenant.id) as session:
        assert await session.scalar(select(func.count()).where(WebSession.person_id == found.id)) == 0
        with pytest.raises(Forbidden, match="停用"):
            await open_session(session, "https://i.example", "s-停用")
    on = patching({"op": "replace", "path": "active", "value": True})
    assert (await directory.ask("PATCH", f"/Users/{one['id']}", on)).json()["active"] is True
    async with platform.database.session(tenant.id) as session:
        assert (await open_session(session, "https://i.example", "s-停用")).secret


async def test_a_deleted_user_is_seen_off_and_the_membership_stays(directory: Any, platform: Platform) -> None:
    tenant, member = directory.place.tenant, directory.place.people["赵111"]
    async with platform.database.session(tenant.id) as session:
        session.add(RoleGrant(id=new_id(), person_id=member.id, role="organizer", since=TODAY))
    one = await made(directory, "赵111", number=member.number)
    assert (await directory.ask("DELETE", f"/Users/{one['id']}")).status_code == 204
    for method, body in (("GET", None), ("PUT", user("赵111")), ("DELETE", None)):
        assert (await directory.ask(method, f"/Users/{one['id']}", body)).status_code == 404
    async with platform.database.session(tenant.id) as session:
        person = (await session.scalars(select(Person).where(Person.id == member.id))).one()
        grant = (await session.scalars(select(RoleGrant).where(RoleGrant.person_id == member.id))).one()
        membership = (await session.scalars(select(Membership).where(Membership.person_id == member.id))).one()
        noted = (
            await session.scalars(
                select(AuditEntry).where(AuditEntry.object_id == member.id, AuditEntry.action == "scim")
            )
        ).all()
    assert person.sign_in_off_since is not None
    assert grant.until is not None
    assert grant.until < TODAY
    assert membership.until is None
    assert {entry.client for entry in noted} == {directory.client}
    assert ["role_grant", "sign_in_off_since"] in [sorted(entry.fields) for entry in noted]
    back = await made(directory, "赵111", number=member.number)
    assert (await person_of(platform, directory, back["id"])).sign_in_off_since is None


async def test_the_neighbour_has_nothing_of_it(directory: Any, next_directory: Any) -> None:
    one = await made(directory, "邻居", externalId="same", number="88003")
    foreign = await next_directory.ask("GET", f"/Users/{one['id']}")
    random = await next_directory.ask("GET", f"/Users/{new_id()}")
    assert foreign.status_code == random.status_code == 404
    assert foreign.json() == random.json()
    for method, body in (("PUT", user("夺")), ("PATCH", patching({"op": "remove", "path": "title"})), ("DELETE", None)):
        answers = [await next_directory.ask(method, f"/Users/{key}", body) for key in (one["id"], new_id())]
        assert [(a.status_code, a.text) for a in answers] == [(404, answers[0].text)] * 2
    group = {"displayName": "夺", "members": [{"value": one["id"]}]}
    assert (await next_directory.ask("POST", "/Groups", group)).json()["scimType"] == "invalidValue"
    assert (await next_directory.ask("GET", "/Users")).json()["totalResults"] == 0
    mine = await made(next_directory, "邻居", externalId="same", number="88003")
    assert mine["id"] != one["id"]
    crossed = await next_directory.http.get(f"{directory.base}/Users", headers=next_directory.bearer)
    assert crossed.status_code == 403


async def test_only_a_program_with_the_scope_gets_in(api: Any, directory: Any) -> None:
    url = f"{directory.base}/Users"
    nobody = await api.http.get(url)
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    for role in ("admin", "organizer", "member"):
        answer = await api.http.get(url, headers={"Authorization": f"Bearer {api.token(role)}"})
        assert (answer.status_code, answer.json()["status"]) == (403, "403")
        assert answer.headers["content-type"].startswith("application/scim+json")
