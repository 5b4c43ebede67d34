"""The folder does what a store must, keeps files from others on the machine, and leaves no drafts."""

from pathlib import Path

import pytest

from zhibu_core.storage.folder import FolderStore
from zhibu_testing.stores import StoreContract, pieces


class TestFolder(StoreContract):
    """The suite of every store."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        """An empty folder."""
        return FolderStore(tmp_path / "files")


async def test_only_the_owner_reads_the_folder(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    await store.put("tenants/a/objects/ab/one", pieces(b"1"))
    found = list((tmp_path / "files").rglob("*"))
    assert found
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "files", *found])
    assert [path.name for path in found if path.is_file()] == ["one"]


@pytest.mark.parametrize("name", ["tenants/../../etc/passwd", "", "tenants/./a", "tenants/.hidden"])
async def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        await FolderStore(tmp_path).read(name, 0, 1)
