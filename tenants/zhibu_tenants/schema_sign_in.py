"""Sign-ins and integrators in GraphQL: the same deeds as the pages."""

import datetime as dt
from typing import Annotated

import strawberry

from zhibu_core.identity.accounts import AccountLine, InvitationLine, accounts, invitations
from zhibu_core.identity.models import Integrator
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, field, mutation, object_type, part, plain
from zhibu_tenants.sign_ins import invite_person, link_sign_in, unlink_sign_in, vouch_for

MOST = 2_000
PersonKey = Annotated[str, strawberry.argument(description="Staff or student number, id, or a name that only one has.")]
Issuer = Annotated[str, strawberry.argument(description="The issuer's address, as its tokens name it.")]
Subject = Annotated[str, strawberry.argument(description="The issuer's own id of the user.")]
Name = Annotated[str, strawberry.argument(description="The program's name: small letters, digits, hyphens.")]
Scopes = Annotated[list[str], strawberry.argument(description="The permissions it gets.")]


@object_type("account.read", description="A sign-in of a person.")
class SignIn:
    person: str = plain("Whose it is.")
    number: str | None = plain("Their staff or student number.")
    issuer: str = plain("The issuer's address.")
    subject: str = plain("The issuer's own id of the user.")

    @field(description="When somebody last saw the person with their second factor.")
    def vouched_at(self, root: AccountLine) -> dt.datetime | None:
        return root.factor_vouched_at


@object_type("account.read", description="A code that waits for its person.")
class Invitation:
    person: str = plain("Who is invited.")
    number: str | None = plain("Their staff or student number.")
    made_at: dt.datetime = plain("When it was made.")
    expires_at: dt.datetime = plain("Until when it is good.")


@object_type("integrator.read", description="A program of somebody else's that works in the tenant.")
class Program:
    name: str = plain("Its name.")
    scopes: list[str] = plain("The permissions it has.", size=200)
    made_at: dt.datetime = plain("Since when.")
    last_used_on: dt.date | None = plain("The day on which it was last heard of.")

    @field(description="Its client at the sign-in service.")
    def client(self, root: Integrator) -> str:
        return root.client_id

    @field(description="When it ended, if it did.")
    def ended_at(self, root: Integrator) -> dt.datetime | None:
        return root.off_since


@part(description="What became of a change of sign-ins or integrators.")
class SignInPayload:
    done: str | None = plain("What was changed; null where nothing was.")
    secret: str | None = plain("The code or secret that was made, shown this once.")
    errors: list[UserError] = plain("Why nothing was changed.", size=5)


@additions
class SignInQuery:
    @field("account.read", description="The sign-ins by name.", size=MOST)
    async def sign_ins(self, info: Info) -> list[SignIn] | None:
        async with info.context.turn() as session:
            return (await accounts(session))[:MOST]  # type: ignore[return-value]

    @field("account.read", description="The invitations that wait, the newest first.", size=200)
    async def invitations(self, info: Info) -> list[Invitation] | None:
        async with info.context.turn() as session:
            found: list[InvitationLine] = await invitations(session)
            return found  # type: ignore[return-value]

    @field("integrator.read", description="The programs by name, ended ones too.", size=200)
    async def programs(self, info: Info) -> list[Program] | None:
        from zhibu_tenants.keycloak.programs import programs

        async with info.context.turn() as session:
            return (await programs(session))[:200]  # type: ignore[return-value]


@additions
class SignInMutation:
    @mutation("account.manage", description="Makes a code for a person's first sign-in; hand it over in person.")
    async def invite_person(self, info: Info, person: PersonKey) -> SignInPayload | None:
        _require(info, "account.manage")
        return _done(person, await invite_person(info.context.session, info.context.scope, person))

    @mutation("account.manage", description="Makes a sign-in the person's.")
    async def link_sign_in(
        self, info: Info, person: PersonKey, issuer: Issuer, subject: Subject
    ) -> SignInPayload | None:
        _require(info, "account.manage")
        await link_sign_in(info.context.session, info.context.scope, person, issuer, subject)
        return _done(subject)

    @mutation("account.manage", description="Takes a sign-in from its person and ends its sessions.")
    async def unlink_sign_in(self, info: Info, issuer: Issuer, subject: Subject) -> SignInPayload | None:
        _require(info, "account.manage")
        await unlink_sign_in(info.context.session, info.context.scope, issuer, subject)
        return _done(subject)

    @mutation("account.manage", description="Notes that the person was seen with the second factor they have enrolled.")
    async def vouch_for_second_factor(self, info: Info, person: PersonKey) -> SignInPayload | None:
        _require(info, "account.manage")
        await vouch_for(info.context.session, info.context.scope, person)
        return _done(person)

    @mutation("integrator.manage", description="Makes a program's client, or changes its permissions.")
    async def create_program(self, info: Info, name: Name, scopes: Scopes) -> SignInPayload | None:
        from zhibu_tenants.keycloak.programs import create_program

        _require(info, "integrator.manage")
        made, secret = await create_program(info.context.platform, info.context.scope, name, scopes)
        return _done(made.client_id, secret)

    @mutation("integrator.manage", description="Makes a new secret for a program; the old one is good no more.")
    async def renew_program_secret(self, info: Info, name: Name) -> SignInPayload | None:
        from zhibu_tenants.keycloak.programs import renew_secret

        _require(info, "integrator.manage")
        made, secret = await renew_secret(info.context.platform, info.context.scope, name)
        return _done(made.client_id, secret)

    @mutation("integrator.manage", description="Takes a program's powers at once.")
    async def end_program(self, info: Info, name: Name) -> SignInPayload | None:
        from zhibu_tenants.keycloak.programs import end_program

        _require(info, "integrator.manage")
        await end_program(info.context.platform, info.context.scope, name)
        return _done(name)


def _require(info: Info, action: str) -> None:
    info.context.scope.require(action, "")


def _done(what: str, secret: str | None = None) -> SignInPayload:
    return SignInPayload(done=what, secret=secret, errors=[])
