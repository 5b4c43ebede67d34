"""The database: the embedded server, the addresses of its roles, and the superuser's part of migrations."""

from zhibu_core.database.access import Server
from zhibu_core.database.opening import database_for

__all__ = ["Server", "database_for"]
