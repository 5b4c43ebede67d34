"""The two refusals: this issuer starts on loopback only, and only on a database that `zhibu demo` made."""

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import LOOPBACK
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import is_demo_database


async def refuse_unless_demo(platform: Platform, host: str) -> None:
    """Raises `Unavailable` for any host but loopback and any database but a demo's."""
    if host not in LOOPBACK:
        raise Unavailable("dev_issuer_host", f"开发用登录服务只能在本机回环地址上启动，不能在 {host} 上。")
    async with platform.database.system_session() as system:
        if not await is_demo_database(system):
            raise Unavailable("dev_issuer_database", "开发用登录服务只能用于 zhibu demo 建立的演示数据库。")
