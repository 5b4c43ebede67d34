"""The addresses of the database for each role: of the embedded server, or of the one in `ZHIBU_DATABASE_URL`."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.words import Words

RUNTIME, OWNER, BACKUP = "app_rt", "app_owner", "app_backup"
DATABASE = "zhibu"
SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")


@dataclass(frozen=True)
class Server:
    """A reachable database; `programs` (the folder of psql, pg_dump) and `log` are known where the server is ours."""

    address: str = field(repr=False)
    programs: Path | None = None
    log: Path | None = None

    @property
    def admin(self) -> str:
        """The address of the user who makes roles: used by `zhibu migrate` and tests only."""
        return self.address

    @property
    def is_runtime(self) -> bool:
        """Whether the address is that of app_rt itself, as web and workers of a production are given: it migrates nothing."""
        return unquote(urlsplit(self.address).netloc.rpartition("@")[0].partition(":")[0]) == RUNTIME

    @property
    def inspector(self) -> str:
        """The address to look at the catalog with: the owner's, or the runtime role's where there is no other."""
        return self.dsn_for(RUNTIME if self.is_runtime else OWNER)

    def dsn_for(self, role: str = RUNTIME, *, database: str | None = None) -> str:
        """The same database signed in as `role`, in the form that psql and asyncpg take; another database by name.

        Raises `Unavailable` for another role than app_rt where the address is app_rt's own.
        """
        if self.is_runtime:
            if role != RUNTIME:
                raise _only_runtime(role)
            return self.address if database is None else self.admin_for(database)
        parts = urlsplit(self.address)
        hosts = parts.netloc.rpartition("@")[2]
        password = self.password_for(role)
        user = quote(role, safe="") + (f":{quote(password, safe='')}" if password else "")
        path = parts.path if database is None else f"/{quote(database, safe='')}"
        return f"postgresql://{user}@{hosts}{path}" + (f"?{parts.query}" if parts.query else "")

    def admin_for(self, database: str) -> str:
        """The administrator's address of another database on the same server."""
        parts = urlsplit(self.address)
        return f"postgresql://{parts.netloc}/{quote(database, safe='')}" + (f"?{parts.query}" if parts.query else "")

    def sqlalchemy_for(self, role: str = RUNTIME, *, database: str | None = None) -> str:
        """The same for SQLAlchemy with asyncpg."""
        return self.dsn_for(role, database=database).replace("postgresql://", "postgresql+asyncpg://", 1)

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords of all roles that sign in, for `roles.prepare`."""
        return {role: word for role in (RUNTIME, OWNER, BACKUP) if (word := self.password_for(role))}

    def password_for(self, role: str) -> str | None:
        """The role's password, made from the administrator's one way; none where the administrator needs none."""
        own = unquote(urlsplit(self.address).netloc.rpartition("@")[0].partition(":")[2])
        return hmac.new(own.encode(), f"zhibu role {role}".encode(), hashlib.sha256).hexdigest() if own else None


def _only_runtime(role: str) -> Unavailable:
    return Unavailable(
        "database_runtime",
        Words(
            f"ZHIBU_DATABASE_URL 是 app_rt 的地址，不能以 {role} 登录。请在管理员的环境中运行此命令。",
            f"ZHIBU_DATABASE_URL is the address of app_rt and does not sign in as {role}. Run this with the administrator's.",
        ),
        field="ZHIBU_DATABASE_URL",
    )


def embedded_server(socket_folder: Path, programs: Path, log: Path) -> Server:
    """The server behind a socket. The port is named so that nobody's PGPORT misleads a client."""
    query = urlencode({"host": str(socket_folder), "port": "5432"}, safe="/")
    return Server(f"postgresql://postgres@/{DATABASE}?{query}", programs, log)


def external_server(address: str) -> Server:
    """The server of `ZHIBU_DATABASE_URL`, a superuser's address (see `opening.database_for`); `InvalidInput` for no address."""
    parts = urlsplit(address.strip())
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise InvalidInput(
            "database_url",
            "ZHIBU_DATABASE_URL must be written postgresql://user:password@host:port/database.",
            field="ZHIBU_DATABASE_URL",
        )
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    user, password = query.pop("user", None), query.pop("password", None)
    signed, _, hosts = parts.netloc.rpartition("@")
    if user:
        signed = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    if not signed:
        raise InvalidInput("database_url", "ZHIBU_DATABASE_URL names no user.", field="ZHIBU_DATABASE_URL")
    text = f"?{urlencode(query, safe='/')}" if query else ""
    return Server(f"postgresql://{signed}@{hosts}{parts.path}{text}")
