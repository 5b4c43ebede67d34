"""The tree: paths, subtrees, moves with all that stands below, and the tree as of a day."""

import datetime as dt

import pytest
from sqlalchemy import select

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import ancestors, bounds, label_of, move, tree_as_of
from zhibu_core.platform import Platform
from zhibu_testing.factories import organization
from zhibu_testing.fixtures import TODAY, Parties


async def _tree(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        root = await organization(session, "1", kind="committee")
        left = await organization(session, "11", kind="general_branch", parent=root)
        await organization(session, "12", kind="general_branch", parent=root)
        await organization(session, "111", parent=left)


async def test_a_move_takes_the_subtree_along_and_keeps_the_past(platform: Platform, parties: Parties) -> None:
    await _tree(platform, parties)
    async with platform.database.session(parties.home.id) as session:
        found = {o.code: o for o in await session.scalars(select(Organization))}
        await organization(session, "1111", kind="group", parent=found["111"])
        await move(session, found["111"], found["12"], TODAY)
    async with platform.database.session(parties.home.id) as session:
        paths = {o.code: o.path for o in await session.scalars(select(Organization))}
        assert paths["111"] == "1/12/111/"
        assert paths["1111"] == "1/12/111/1111/"
        before = {row.code: row.path for row in await tree_as_of(session, TODAY - dt.timedelta(days=1))}
        after = {row.code: row.path for row in await tree_as_of(session, TODAY)}
        assert before["111"] == "1/11/111/"
        assert after["111"] == "1/12/111/"
        assert [row.code for row in await ancestors(session, after["111"])] == ["1", "12", "111"]
    async with platform.database.session(parties.neighbour.id) as session:
        assert list(await tree_as_of(session, TODAY)) == []


@pytest.mark.parametrize(("code", "parent", "error"), [("1", "11", "parent_cycle"), ("12", "111", "parent_kind")])
async def test_impossible_moves_are_refused(
    platform: Platform, parties: Parties, code: str, parent: str, error: str
) -> None:
    await _tree(platform, parties)
    async with platform.database.session(parties.home.id) as session:
        found = {o.code: o for o in await session.scalars(select(Organization))}
        with pytest.raises(InvalidInput) as raised:
            await move(session, found[code], found[parent], TODAY)
    assert raised.value.code == error


def test_bounds_hold_exactly_the_subtree() -> None:
    low, high = bounds("1/11/")
    inside = ["1/11/", "1/11/111/", "1/11/0/"]
    outside = ["1/", "1/111/", "1/12/", "1/1/"]
    assert all(low <= path < high for path in inside)
    assert not any(low <= path < high for path in outside)
    assert label_of("a/b") == "a-b/"
