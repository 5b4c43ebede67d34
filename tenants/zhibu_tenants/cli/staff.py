"""`zhibu staff provision|check|add|remove|list|enter|leave|entries`: the platform's own people, their way into a tenant and out."""

from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.identity.staff import COVERS
from zhibu_tenants.powers.staff_entries import HOURS, MOST_HOURS, EntryLine, ask_to_enter, entries, leave, state_of
from zhibu_tenants.staff import add_staff, all_staff, find_staff, remove_staff

if TYPE_CHECKING:
    from zhibu_tenants.keycloak.staff import StaffSignIn

TENANT = click.option("--tenant", "slug", required=True)
STAFF = click.option("--staff", "named", required=True, help="Name or subject of one of the staff.")


@click.group()
def staff() -> None:
    """Those who run the platform; they belong to no tenant. Exit codes: 0 done; 1 Keycloak, or drift; 2 refused; 64 wrong usage."""


@staff.command()
def provision() -> None:
    """Make or mend the staff's realm and client at Keycloak; prints the settings that name them, with the secret."""

    async def work() -> "StaffSignIn":
        from zhibu_tenants.keycloak.staff import provision_staff  # loads the client of Keycloak

        async with platform() as running:
            return await provision_staff(running)

    made = run(work())
    click.echo(f"ZHIBU_STAFF_ISSUER={made.issuer}")
    click.echo(f"ZHIBU_STAFF_CLIENT_ID={made.client_id}")
    click.echo(f"ZHIBU_STAFF_CLIENT_SECRET={made.client_secret}")
    click.echo(f"ZHIBU_STAFF_LEVEL={made.level}")


@staff.command()
def check() -> None:
    """Compare the staff's sign-in at Keycloak and its settings with what they should be; ends 1 and names what differs."""

    async def work() -> list[str]:
        from zhibu_tenants.keycloak.staff import check_staff

        async with platform() as running:
            return await check_staff(running)

    drift = run(work())
    for line in drift:
        click.echo(line)
    if drift:
        raise SystemExit(1)


@staff.command()
@click.option("--name", required=True, help="The name that tenants see.")
@click.option("--issuer", required=True, help="Address of the staff's own sign-in service.")
@click.option("--subject", required=True, help="What the service calls the person (sub).")
def add(name: str, issuer: str, subject: str) -> None:
    """Enter somebody, or vouch for them anew once you have seen their second factor."""

    async def work() -> None:
        async with platform() as running:
            await add_staff(running, issuer, subject, name)

    run(work())
    click.echo(f"{name}\t{subject}")


@staff.command()
@STAFF
def remove(named: str) -> None:
    """Strike somebody off; their sessions and entries end with it."""

    async def work() -> None:
        async with platform() as running:
            await remove_staff(running, named)

    run(work())
    click.echo(f"{named}\tremoved")


@staff.command("list")
def list_staff() -> None:
    """List the staff by name."""

    async def work() -> list[tuple[str, str, str]]:
        async with platform() as running:
            return [(one.name, one.issuer, one.subject) for one in await all_staff(running)]

    for line in run(work()):
        click.echo("\t".join(line))


@staff.command()
@TENANT
@STAFF
@click.option("--reason", required=True, help="Why; the tenant reads it.")
@click.option("--hours", type=click.IntRange(1, MOST_HOURS), default=HOURS, show_default=True)
@click.option(
    "--covers", multiple=True, type=click.Choice(list(COVERS)), help="What of persons may be seen; repeat it."
)
def enter(slug: str, named: str, reason: str, hours: int, covers: tuple[str, ...]) -> None:
    """Let one of the staff into the tenant for some hours, at once or once the tenant approves."""

    async def work() -> str:
        async with platform() as running:
            who = await find_staff(running, named)
            async with in_tenant(running, slug) as (session, scope):
                entry = await ask_to_enter(session, scope.tenant, who.id, who.name, reason, hours=hours, covers=covers)
                return state_of(entry, entry.asked_at)

    click.echo(f"{named}\t{slug}\t{run(work())}")


@staff.command("leave")
@TENANT
@STAFF
def leave_tenant(slug: str, named: str) -> None:
    """End the person's entries in the tenant."""

    async def work() -> int:
        async with platform() as running:
            who = await find_staff(running, named)
            async with in_tenant(running, slug) as (session, scope):
                return await leave(session, scope.tenant, who.id, who.name)

    click.echo(f"{named}\t{slug}\t{run(work())}")


@staff.command("entries")
@TENANT
def list_entries(slug: str) -> None:
    """List the entries of a tenant: who, how it stands, asked when, until when, how many deeds, why."""

    async def work() -> list[EntryLine]:
        async with platform() as running, in_tenant(running, slug) as (session, _scope):
            return await entries(session)

    for line in run(work()):
        entry = line.entry
        asked, ends = f"{entry.asked_at:%Y-%m-%dT%H:%MZ}", f"{entry.ends_at:%Y-%m-%dT%H:%MZ}"
        click.echo("\t".join([entry.staff_name, line.state, asked, ends, str(len(line.deeds)), entry.reason]))
