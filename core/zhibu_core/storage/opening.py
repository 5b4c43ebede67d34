"""Picks the store that the settings name."""

from pathlib import Path

from zhibu_core.storage.folder import FolderStore
from zhibu_core.storage.port import Store
from zhibu_core.storage.settings import StorageSettings

FOLDER = "files"


def store_of(settings: StorageSettings, data: Path) -> Store:
    """The store; no connection is made before it is first used."""
    if settings.bucket is None:
        return FolderStore(data / FOLDER)
    from zhibu_core.storage.s3 import S3Store  # the SDK is slow to load and most installations do without

    return S3Store(settings)
