"""Opens the database of an installation: the embedded server, or the one in `ZHIBU_DATABASE_URL`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zhibu_core.database.access import Server, external_server
from zhibu_core.settings import Settings


@asynccontextmanager
async def database_for(settings: Settings, *, keep: bool = False, service: bool = False) -> AsyncIterator[Server]:
    """The database of an installation while the block runs.

    Without `ZHIBU_DATABASE_URL`: the embedded server, started where it is not running (`keep` and `service` as in
    `embedded.running`). With it: that server and nothing of ours. The address is the **administrator's**, a superuser
    who makes the roles app_owner, app_rt, app_definer and app_backup (`roles.prepare`); web and workers never use it.
    Their addresses are the same with the user replaced; where the administrator signs in by password, theirs are
    made from it one way (HMAC-SHA-256), set by `roles.prepare`, and tell nothing of his. A web or worker process may be
    given the address of app_rt instead (`zhibu dsn`), and then knows no other.

    Raises `Unavailable` where the embedded server cannot be started, `InvalidInput` for an address that is none.
    """
    if settings.database_url:
        yield external_server(settings.database_url)
        return
    from zhibu_core.database import embedded  # the tools of processes and locks, of no use with an external server

    async with embedded.running(settings, keep=keep, service=service) as server:
        yield server
