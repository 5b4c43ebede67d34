"""What one side reads by GraphQL of another holds no id of that side's own rows, neither as a global id nor as a bare one."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_graphql.ids import split_id
from zhibu_partnership.joint.inviting import accept, invite
from zhibu_partnership.joint.recording import confirm
from zhibu_partnership.joint.words import Agreed
from zhibu_testing.browsing import app_of, sign_in
from zhibu_testing.fixtures import TODAY

EVERYTHING = """query { spaces(first: 1) { edges { node { id parties { slug code name } newest { id signatures { signer post }
    shares { kind fields { key } } } envelopes(first: 10) { edges { node { id kind other by fields reads { reader } } } }
    copies(first: 10) { edges { node { id kind fields } } } } } }
  organization(code: "001") { id jointActivities(first: 5) { edges { node { id agreement
    sides { name slug state people differences { field theirs } } } } } }
  activityInvitations { agreement series fromName title } partnershipOutcomes { title partners } }"""
OWN = text(
    """select id from organization where tenant_id = :t union all select id from person where tenant_id = :t
    union all select id from membership where tenant_id = :t union all select id from partnership_activity where tenant_id = :t
    union all select id from partnership_answer where tenant_id = :t union all select id from partnership_present where tenant_id = :t
    union all select id from space_party where tenant_id = :t"""
)
"""Agreements, versions and what crossed have one id on every side by design; these have not."""
UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def keys_in(answer: Any) -> Iterator[uuid.UUID]:
    """Every id in an answer: of global ids what they hold, and whatever is written like a uuid."""
    if isinstance(answer, dict | list):
        for one in answer.values() if isinstance(answer, dict) else answer:
            yield from keys_in(one)
    elif isinstance(answer, str):
        yield from (uuid.UUID(one) for one in UUID.findall(answer))
        found = split_id(answer)
        if found and len(found[1]) == 16:
            yield uuid.UUID(bytes=found[1])


async def test_no_id_of_the_other_side_is_read_here(pair: Any, platform: Platform) -> None:
    held, waiting = (Agreed(title, ("study",), TODAY) for title in ("联合学习", "联合党课"))
    ours = await pair.home.do(invite, pair.space, held)
    await pair.home.do(invite, pair.space, waiting)
    await pair.carry()
    theirs = await pair.other.do(accept, pair.space, ours.series)
    await pair.home.do(confirm, ours.id, pair.home.people)
    await pair.other.do(
        confirm, theirs.id, pair.other.people, agreed=Agreed("联合学习", ("study",), TODAY, place="东区")
    )
    await pair.carry()
    for here, there in ((pair.other, pair.home), (pair.home, pair.other)):
        desk = await sign_in(app_of(platform), platform, here.tenant, here.people[0], {"secretary": here.branch.id})
        answer = await desk.ask(EVERYTHING)
        assert "errors" not in answer, answer
        assert "'field': 'place'" in str(answer), "each sees the difference"
        async with there.session() as session:
            foreign = set(await session.scalars(OWN, {"t": there.tenant.id})) | {there.tenant.id}
        assert not foreign & set(keys_in(answer))
