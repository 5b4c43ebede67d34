"""Where an installation's keys are: a folder of files, or Vault (`ZHIBU_KEYS`, `ZHIBU_VAULT_…`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

FOLDER = "folder"
VAULT = "vault+"


@dataclass(frozen=True)
class VaultSettings:
    """A Vault or OpenBao: its address, how we sign in, and the mounts of its two engines."""

    address: str
    given_token: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    role: str | None = None
    ca: str | None = None
    transit: str = "transit"
    kv: str = "secret"

    def token(self) -> str | None:
        """The token, read anew each time: an agent may renew the file."""
        return self.token_file.read_text(encoding="utf-8").strip() if self.token_file else self.given_token


def read_keys(env: Mapping[str, str]) -> VaultSettings | None:
    """`ZHIBU_KEYS`: "folder" (None here) or "vault+https://host:8200"; raises `InvalidInput` naming the variable."""
    where = env.get("ZHIBU_KEYS") or FOLDER
    if where == FOLDER:
        return None
    address = where.removeprefix(VAULT)
    if address == where or urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise InvalidInput(
            "keys",
            Words(
                f"ZHIBU_KEYS：“{where}”既不是folder，也不是vault+https://主机:端口。",
                f"ZHIBU_KEYS: “{where}” is neither folder nor vault+https://host:port.",
            ),
            field="ZHIBU_KEYS",
        )
    file = env.get("ZHIBU_VAULT_TOKEN_FILE")
    found = VaultSettings(
        address=address,
        given_token=env.get("ZHIBU_VAULT_TOKEN") or None,
        token_file=Path(file) if file else None,
        role=env.get("ZHIBU_VAULT_ROLE") or None,
        ca=env.get("ZHIBU_VAULT_CA") or None,
        transit=env.get("ZHIBU_VAULT_TRANSIT") or "transit",
        kv=env.get("ZHIBU_VAULT_KV") or "secret",
    )
    if not (found.given_token or found.token_file or found.role):
        raise InvalidInput(
            "vault_sign_in",
            Words(
                "使用 Vault 还需要 ZHIBU_VAULT_TOKEN_FILE、ZHIBU_VAULT_TOKEN 或 ZHIBU_VAULT_ROLE 之一。",
                "Vault also needs one of ZHIBU_VAULT_TOKEN_FILE, ZHIBU_VAULT_TOKEN or ZHIBU_VAULT_ROLE.",
            ),
            field="ZHIBU_VAULT_TOKEN_FILE",
        )
    return found
