"""The quick look at plain queries: whatever it lets through, all the rules let through as well."""

from random import Random

from graphql import GraphQLError, parse, validate

from zhibu_core.platform import Platform
from zhibu_graphql.documents import RULES
from zhibu_graphql.plain import is_plain_and_valid
from zhibu_graphql.schemas import Schemas

PLAIN = (
    """query Q($number: String!, $n: Int!) { members(first: $n, number: $number) { totalCount edges { cursor node { name class: class
      organization { code } facts(first: 10, kind: "attendance") { edges { node { happenedOn mark } } } } } } }""",
    """{ organizations(first: 30, kind: general_branch) { edges { node { code name sums { members hours } } } } viewer { name } }""",
    """query($id: ID!, $on: Date) { node(id: $id) { __typename id } b: members(first: 2, isLost: true) { edges { node { id } } } }""",
)
WORDS = (
    *(
        "name",
        "nope",
        "code",
        "first",
        "kind",
        "id",
        "node",
        "edges",
        "members",
        "viewer",
        "__typename",
        "__schema",
        "on",
    ),
    *(
        "{",
        "}",
        "(",
        ")",
        ":",
        "$n",
        "$number",
        "$id",
        "1",
        "-1",
        "1.5",
        "null",
        "true",
        '"x"',
        "[1]",
        "{a: 1}",
        "Int",
        "Int!",
    ),
    *(
        "general_branch",
        "String!",
        "@skip(if: true)",
        "...F",
        "... on Member { name }",
        "fragment F on Member { name }",
        "=",
        "2",
    ),
)


def test_what_is_plain_and_valid_is_valid(platform: Platform) -> None:
    schema, chance = Schemas(platform.host).full.schema, Random(7)
    assert [is_plain_and_valid(schema, parse(text)) for text in PLAIN] == [True, True, False]
    assert is_plain_and_valid(schema, parse(PLAIN[2].replace(", $on: Date", "").replace("__typename ", "")))
    let_through = refused = 0
    while let_through < 150 or refused < 150:
        words = (
            chance.choice(PLAIN).replace("(", " ( ").replace(")", " ) ").replace("{", " { ").replace(":", " : ").split()
        )
        for _ in range(chance.randint(0, 2)):
            place = chance.randrange(len(words))
            words[place : place + chance.randint(0, 1)] = [chance.choice(WORDS)]
        text = " ".join(words)
        try:
            document = parse(text)
        except GraphQLError:
            continue
        if is_plain_and_valid(schema, document):
            let_through += 1
            assert validate(schema, document, RULES) == [], text
        else:
            refused += 1
