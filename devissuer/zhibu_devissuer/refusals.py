"""The two refusals: this issuer starts on loopback only, and only on a database that `zhibu demo` made."""

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import LOOPBACK
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import is_demo_database
from zhibu_core.words import Words


async def refuse_unless_demo(platform: Platform, host: str) -> None:
    """Raises `Unavailable` for any host but loopback and any database but a demo's."""
    if host not in LOOPBACK:
        raise Unavailable(
            "dev_issuer_host",
            Words(
                f"开发用登录服务只能在本机回环地址上启动，不能在 {host} 上。",
                f"The dev issuer starts on a loopback address only, not on {host}.",
            ),
        )
    async with platform.database.system_session() as system:
        if not await is_demo_database(system):
            raise Unavailable(
                "dev_issuer_database",
                Words(
                    "开发用登录服务只能用于 zhibu demo 建立的演示数据库。",
                    "The dev issuer is for databases that zhibu demo made, and for no other.",
                ),
            )
