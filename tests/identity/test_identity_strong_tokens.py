"""Tokens with a second factor by one statement: as strong as the long way says, and never by what was asked before the sign-in."""

import datetime as dt
import time
import uuid

import pytest
from sqlalchemy import update

from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.identity.quick import Shown
from zhibu_core.identity.second_factor import LASTS, enrolled_lately
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.factories import person
from zhibu_testing.fixtures import TODAY, Parties

ISSUER = "https://issuer.example.edu.cn"
VOUCHED = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)


async def test_an_administrators_powers_follow_who_vouched_for_the_youngest_device(
    platform: Platform, parties: Parties
) -> None:
    home, at = parties.home, VOUCHED.timestamp()
    async with platform.database.session(home.id) as session:
        someone = await person(session, "李华")
        session.add(RoleGrant(id=new_id(), person_id=someone.id, role="admin", since=TODAY))
        session.add(Account(id=new_id(), issuer=ISSUER, subject="s", person_id=someone.id, factor_vouched_at=VOUCHED))

    async def strong(enrolled: float) -> bool:
        scope = await platform.quick.scope(home, Shown(ISSUER, "s", "test", strong=True, enrolled=enrolled), "r")
        assert scope is not None
        assert ("role.grant" in scope.actions) is scope.is_strong is ("role.grant" not in scope.withheld)
        return scope.is_strong

    assert [await strong(at - 1), await strong(at), await strong(at + 1)] == [True, True, False]
    async with platform.database.session(home.id) as session:
        await session.execute(update(Account).values(factor_vouched_at=None))
    assert not await strong(at - 1)


@pytest.mark.parametrize(
    ("asked", "signed_in", "known"),
    [(5, 60, True), (5, 8, False), (5, 2, False), (70, 100, False), (5, LASTS.total_seconds() + 1, False)],
)
def test_what_the_issuer_said_is_good_for_sign_ins_before_it_was_asked(
    platform: Platform, asked: float, signed_in: float, known: bool
) -> None:
    subject, now = uuid.uuid4().hex, time.time()
    assert enrolled_lately(platform, ISSUER, subject, now - signed_in) is None
    platform.factors_seen.put((ISSUER, subject), (now - asked, 1.0))
    assert (enrolled_lately(platform, ISSUER, subject, now - signed_in) is not None) is known
