"""Who shares a plan: whoever holds the same actions at alike places; the places themselves are parameters."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.organization.tree import bounds, is_top
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Grant, Scope, Tenant
from zhibu_graphql.compiled.powers import held

PATHS = ("", "001/", "002/", "001/001001/", "001/001002/", "001/001001/001001001/")
ACTIONS = ("member.read", "member.read_own", "fact.read")
GRANTS = st.lists(
    st.builds(
        lambda path, actions: Grant("role", None, path, actions),
        st.sampled_from(PATHS),
        st.frozensets(st.sampled_from(ACTIONS), min_size=1),
    ),
    max_size=4,
).map(tuple)
TENANT = Tenant(new_id(), "powers", "单位", "university")


def asker(grants: tuple[Grant, ...]) -> Scope:
    return Scope(TENANT, frozenset(), grants=grants)


@given(GRANTS)
def test_places_are_those_of_the_scope(grants: tuple[Grant, ...]) -> None:
    found, scope = held(grants), asker(grants)
    assert set(found.group_of) == scope.actions
    for action, group in found.group_of.items():
        paths = scope.paths(action)
        assert found.groups[group] == (() if "" in paths else tuple((bounds(path), is_top(path)) for path in paths))


@given(GRANTS, GRANTS)
def test_who_shares_a_plan_holds_the_same_together(one: tuple[Grant, ...], other: tuple[Grant, ...]) -> None:
    if held(one).powers != held(other).powers:
        return
    assert asker(one).actions == asker(other).actions
    for first, second in itertools.combinations(sorted(asker(one).actions), 2):
        together = [asker(who).paths(first) == asker(who).paths(second) for who in (one, other)]
        assert together[0] == together[1]
    for action in asker(one).actions:
        assert ("" in asker(one).paths(action)) == ("" in asker(other).paths(action))
