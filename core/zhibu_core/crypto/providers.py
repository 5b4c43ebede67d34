"""Chooses where the settings put keys: a folder of files, or Vault."""

from pathlib import Path

from zhibu_core.crypto.folder import FolderOfKeys
from zhibu_core.crypto.keyring import KeyProvider
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.crypto.signing import SigningKeys


def provider_of(vault: VaultSettings | None, folder: Path) -> KeyProvider:
    """Vault where it is set, the folder else."""
    if vault is None:
        return FolderOfKeys(folder)
    from zhibu_core.crypto.vault import VaultKeys

    return VaultKeys(vault)


def signing_of(vault: VaultSettings | None, folder: Path) -> SigningKeys:
    """The signing keys beside them: wrapped in Vault where it is set, files else."""
    return SigningKeys(folder, None if vault is None else provider_of(vault, folder))
