"""Static files of plugins: below the tenant, so that they are reachable only where the plugin is on."""

from importlib.util import find_spec
from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File

from zhibu_core.errors import NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

KEPT = 300
"""Seconds that a browser may keep a file: its address carries no mark of its content."""

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
}


@get("/plugin-files/{plugin:str}/{path:path}", opt={"action": "public"}, sync_to_thread=True)
def plugin_file(
    plugin: FromPath[str], path: FromPath[Path], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> File:
    """A file of `static/` in the package of a plugin that the tenant has on."""
    folder = _folder(platform, plugin) if plugin in who.plugins else None
    target = (folder / str(path).lstrip("/")).resolve() if folder else None
    if not (folder and target and target.is_relative_to(folder) and target.suffix in TYPES and target.is_file()):
        raise NotFound("not_found", Words("没有找到这个文件。", "There is no such file."))
    headers = {"Cache-Control": f"private, max-age={KEPT}"}
    return File(target, media_type=TYPES[target.suffix], content_disposition_type="inline", headers=headers)


def _folder(platform: Platform, plugin: str) -> Path | None:
    spec = find_spec(platform.host.manifests[plugin].package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return (Path(places[0]) / "static").resolve() if places else None
