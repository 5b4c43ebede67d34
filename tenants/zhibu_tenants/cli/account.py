"""`zhibu account link|unlink|invite|vouch|list`: which sign-in is whose."""

import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.identity.accounts import AccountLine, accounts
from zhibu_tenants.sign_ins import invite_person as invite
from zhibu_tenants.sign_ins import link_sign_in, unlink_sign_in
from zhibu_tenants.sign_ins import vouch_for as vouch

TENANT = click.option("--tenant", "slug", required=True)
PERSON = click.option("--person", required=True, help="Staff or student number, id, or a name that only one has.")
ISSUER = click.option("--issuer", required=True, help="The issuer's address, as its tokens name it.")
SUBJECT = click.option("--subject", required=True, help="The issuer's own id of the user, never a name or mail.")


@click.group()
def account() -> None:
    """Sign-ins of persons: pairs of issuer and subject. Exit codes: 0 done; 1 somebody else's; 2 refused; 64 wrong usage."""


@account.command("link")
@TENANT
@PERSON
@ISSUER
@SUBJECT
def link_account(slug: str, person: str, issuer: str, subject: str) -> None:
    """Make a sign-in the person's, after you have made sure whose it is."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await link_sign_in(session, scope, person, issuer, subject)

    run(work())
    click.echo(f"{person}\tlinked")


@account.command("unlink")
@TENANT
@ISSUER
@SUBJECT
def unlink_account(slug: str, issuer: str, subject: str) -> None:
    """Take a sign-in from its person and end its sessions at once."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await unlink_sign_in(session, scope, issuer, subject)

    run(work())
    click.echo(f"{subject}\tunlinked")


@account.command("invite")
@TENANT
@PERSON
def invite_person(slug: str, person: str) -> None:
    """Print a code, good once and for a week, with which the person's first sign-in becomes theirs. Hand it over in person."""

    async def work() -> str:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await invite(session, scope, person)

    click.echo(run(work()))


@account.command("vouch")
@TENANT
@PERSON
def vouch_for(slug: str, person: str) -> None:
    """Note that you saw the person with the second factor they have enrolled; younger factors do not count until the next time."""

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await vouch(session, scope, person)

    run(work())
    click.echo(f"{person}\tvouched")


@account.command("list")
@TENANT
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_accounts(slug: str, as_json: bool) -> None:
    """List the accounts by name."""

    async def work() -> list[AccountLine]:
        async with platform() as running, in_tenant(running, slug) as (session, _scope):
            return await accounts(session)

    for line in run(work()):
        vouched = line.factor_vouched_at.isoformat() if line.factor_vouched_at else None
        found = {
            "person": line.person,
            "number": line.number,
            "issuer": line.issuer,
            "subject": line.subject,
            "vouched": vouched,
        }
        click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\t".join(v or "-" for v in found.values()))
