"""Term and Position: an organization's leading body."""

import datetime as dt

from zhibu_graphql.fields import column, object_type, one
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.offices import POSITION, TERM
from zhibu_graphql.types.lazy import LazyMember


@object_type("organization.read", description="One term of office of a leading body.")
class Term:
    number: int | None = column(TERM.c.number, "Which term it is, counted from one.")
    starts_on: dt.date = column(TERM.c.starts_on, "Its first day.")
    ends_on: dt.date = column(TERM.c.ends_on, "Its last day.")
    last_election_on: dt.date | None = column(TERM.c.last_election_on, "The day of the last election.")


@object_type("member.read", description="A post that somebody holds in an organization.")
class Position:
    role: str = column(POSITION.c.role, "Which post.")
    since: dt.date | None = column(POSITION.c.since, "Since when.")
    until: dt.date | None = column(POSITION.c.until, "Until when, if that is known.")

    member: LazyMember | None = one(MEMBERS, "person_id", "Who holds it; null where that is nobody's current member.")
