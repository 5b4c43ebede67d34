"""Sign-ins and integrators in GraphQL: the same deeds as the pages."""

import datetime as dt
from typing import Annotated

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, column, first_of, mutation, object_type, part, plain
from zhibu_graphql.reading.members import P
from zhibu_tenants.listings import INVITATIONS, PROGRAMS, SIGN_INS, A, E, I
from zhibu_tenants.sign_ins import invite_person, link_sign_in, unlink_sign_in, vouch_for

MOST = 2_000
PersonKey = Annotated[str, strawberry.argument(description="Staff or student number, id, or a name that only one has.")]
Issuer = Annotated[str, strawberry.argument(description="The issuer's address, as its tokens name it.")]
Subject = Annotated[str, strawberry.argument(description="The issuer's own id of the user.")]
Name = Annotated[str, strawberry.argument(description="The program's name: small letters, digits, hyphens.")]
Scopes = Annotated[list[str], strawberry.argument(description="The permissions it gets.")]


@object_type("account.read", description="A sign-in of a person.")
class SignIn:
    person: str = column(P.c.name, "Whose it is.")
    number: str | None = column(P.c.number, "Their staff or student number.")
    issuer: str = column(A.c.issuer, "The issuer's address.")
    subject: str = column(A.c.subject, "The issuer's own id of the user.")
    vouched_at: dt.datetime | None = column(
        A.c.factor_vouched_at, "When somebody last saw the person with their second factor."
    )


@object_type("account.read", description="A code that waits for its person.")
class Invitation:
    person: str = column(P.c.name, "Who is invited.")
    number: str | None = column(P.c.number, "Their staff or student number.")
    made_at: dt.datetime = column(E.c.made_at, "When it was made.")
    expires_at: dt.datetime = column(E.c.expires_at, "Until when it is good.")


@object_type("integrator.read", description="A program of somebody else's that works in the tenant.")
class Program:
    name: str = column(I.c.name, "Its name.")
    scopes: list[str] = plain("The permissions it has.", size=200)
    made_at: dt.datetime = column(I.c.made_at, "Since when.")
    last_used_on: dt.date | None = column(I.c.last_used_on, "The day on which it was last heard of.")
    client: str = column(I.c.client_id, "Its client at the sign-in service.")
    ended_at: dt.datetime | None = column(I.c.off_since, "When it ended, if it did.")


@part(description="What became of a change of sign-ins or integrators.")
class SignInPayload:
    done: str | None = plain("What was changed; null where nothing was.")
    secret: str | None = plain("The code or secret that was made, shown this once.")
    errors: list[UserError] = plain("Why nothing was changed.", size=5)


@additions
class SignInQuery:
    sign_ins: list[SignIn] | None = first_of(SIGN_INS, "The sign-ins by name.", "account.read", size=MOST)
    invitations: list[Invitation] | None = first_of(
        INVITATIONS, "The invitations that wait, the newest first.", "account.read", size=200
    )
    programs: list[Program] | None = first_of(
        PROGRAMS, "The programs by name, ended ones too.", "integrator.read", size=200
    )


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
