"""The directory's page and its GraphQL: calls for the administrator, differences for the organizer, nothing for members."""

from typing import Any

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
QUERY = (
    "{ directoryDays { client written refused lastRefusal } directoryDifferences { person kind branch said memberId } }"
)


async def test_each_sees_their_part(api: Any, directory: Any) -> None:
    member = directory.place.people["王121"]
    one = {"userName": "li", "displayName": "王121", ENTERPRISE: {"employeeNumber": member.number}}
    user = (await directory.ask("POST", "/Users", one)).json()["id"]
    members = [{"value": user}]
    await directory.ask("POST", "/Groups", {"displayName": "二院", "externalId": "122", "members": members})
    await directory.ask("POST", "/Users", one)

    async def page(role: str, at: Any = None) -> Any:
        place = at or api.home
        headers = {"Authorization": f"Bearer {api.token(role, at)}", "Accept": "text/html", "Cookie": "zhibu-lang=zh"}
        return await api.http.get(f"/t/{place.tenant.slug}/exchange/directory", headers=headers)

    organizer, admin, neighbour = await page("organizer"), await page("admin"), await page("organizer", api.neighbour)
    assert "王121" in organizer.text
    assert "目录显示在组织122" in organizer.text
    assert "王121" not in admin.text
    assert "409 uniqueness userName" in admin.text
    assert directory.client not in neighbour.text
    assert "王121" not in neighbour.text
    assert (await page("member")).status_code == 403
    told = (await api.ask(QUERY, "organizer")).data
    assert told["directoryDays"][0] == {
        "client": directory.client,
        "written": 2,
        "refused": 1,
        "lastRefusal": "409 uniqueness userName",
    }
    difference = told["directoryDifferences"][0]
    node = (
        await api.ask(
            "query N($id: ID!) { node(id: $id) { ... on Member { name } } }",
            "organizer",
            {"id": difference["memberId"]},
        )
    ).data
    assert node["node"]["name"] == difference["person"] == "王121"
    theirs = (await api.ask(QUERY, "organizer", at=api.neighbour)).data
    assert theirs == {"directoryDays": [], "directoryDifferences": []}
