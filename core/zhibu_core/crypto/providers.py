"""Chooses the key provider that the settings ask for."""

from pathlib import Path

from zhibu_core.crypto.folder import FolderOfKeys
from zhibu_core.crypto.keyring import KeyProvider
from zhibu_core.crypto.settings import VaultSettings


def provider_of(vault: VaultSettings | None, folder: Path) -> KeyProvider:
    """Vault where it is set, the folder else."""
    if vault is None:
        return FolderOfKeys(folder)
    from zhibu_core.crypto.vault import VaultKeys

    return VaultKeys(vault)
