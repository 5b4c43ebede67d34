"""The tree of RFC 6962: the vectors of certificate transparency, and what must hold of every tree."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.audit.merkle import leaf_hash, node_hash, root_of

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word: split at the largest power of two below the number of leaves."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def test_the_vectors_of_certificate_transparency_hold() -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
    assert [root_of(leaves[: count + 1]).hex() for count in range(len(leaves))] == ROOTS
    assert root_of([]) == sha256().digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_levels_give_what_the_definition_gives(data: list[bytes]) -> None:
    leaves = [leaf_hash(each) for each in data]
    assert root_of(leaves) == by_definition(leaves)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=40, unique=True), st.data())
def test_every_change_of_a_leaf_or_of_the_order_changes_the_root(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [leaf_hash(each) for each in data]
    first, second = draw.draw(st.lists(st.integers(0, len(leaves) - 1), min_size=2, max_size=2, unique=True))
    swapped, altered = leaves.copy(), leaves.copy()
    swapped[first], swapped[second] = leaves[second], leaves[first]
    altered[first] = leaf_hash(b"something else, longer than any")
    roots = {root_of(each) for each in (leaves, swapped, altered, leaves[:-1], [*leaves, leaves[0]])}
    assert len(roots) == 5


def test_a_node_does_not_pass_for_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert root_of([left, right]) != leaf_hash(left + right)
