"""Renders the gallery and the shell's own pages with invented values, and serves them for a browser to look at.

`python tests/web/gallery.py FOLDER` writes screenshots of the gallery in every mode into FOLDER.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from zhibu_core.words import Words
from zhibu_web import assets
from zhibu_web.components import Link
from zhibu_web.gallery import gallery_context
from zhibu_web.render import render
from zhibu_web.shell import Preferences, Shell
from zhibu_web.slots import doors_for

CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
DOORS = {key: f"/t/demo/{key}" for key in ("home", "life", "people", "development", "together", "data")}
CONTACT = "校党委组织部谭行，电话0000-6021"
HOURS = "工作日8:30–17:30"

PAGES: dict[str, dict[str, Any]] = {
    "components": gallery_context(),
    "error": {
        "heading": Words("没有这个页面", "There is no such page"),
        "lede": Words(
            "地址可能写错了，或者这个页面已经停用。", "The address may be wrong, or the page was switched off."
        ),
        "detail": Words("请从首页重新进入。", "Please begin at the start page."),
        "again": Link(Words("重试", "Try again"), "/t/demo/again"),
        "number": "7F3K-20",
    },
    "loading": {
        "done": 3200,
        "total": 9400,
        "now": Words("正在写入党员花名册。", "Writing the roster."),
        "steps": ((Words("组织", "Organizations"), 312, 312), (Words("党员", "Members"), 2888, 4703)),
    },
    "sign_in": {
        "sign_in": "/t/demo/sign-in/start",
        "elsewhere": "/",
        "contact": CONTACT,
        "hours": HOURS,
        "guide": Link(Words("第一次使用：看图文指南", "First time: see the guide"), "/t/demo/help/first"),
    },
    "sign_in_trouble": {
        "sign_in": "/t/demo/sign-in/start",
        "elsewhere": None,
        "contact": CONTACT,
        "hours": HOURS,
        "guide": None,
        "what": Words("这台设备的时间比北京时间慢12分钟。", "The clock of this device is 12 minutes slow."),
        "todo": Words("请先校准设备时间，再登录一次。", "Set the clock, then sign in again."),
        "stamp": "2026-10-20 14:32，7F3K-20",
    },
    "more": {"entries": ((Link(Words("数据", "Data"), "/t/demo/data"), None), (Link("罗春一", "/t/demo/me"), "书记"))},
    "help": {
        "topic": Words("待办", "To do"),
        "summary": Words(
            "待办列出规则要求您做的事，办完自动消失。", "What the rules ask of you; it goes away once done."
        ),
        "steps": (
            Words("看第一项。", "Look at the first."),
            Words("点按钮办理。", "Press its button."),
            Words("办完即可。", "Done."),
        ),
        "words": ("duty", "theme_day"),
        "contact": CONTACT,
        "hours": HOURS,
        "back": "/t/demo/",
    },
}


def shell(locale: str, page: str, **choice: Any) -> Shell:
    """A secretary's frame of the demo university; pages before sign-in have no doors."""
    before = page in ("sign_in", "sign_in_trouble", "loading")
    return Shell(
        tenant="云汀大学",
        prefix="/t/demo",
        path=f"/t/demo/{page}",
        preferences=Preferences(locale=locale, **choice),
        doors=() if before else doors_for("secretary", DOORS),
        door="more" if page == "more" else "life",
        place=None if before else Words("数学学院教工一支部　书记", "First staff branch, secretary"),
        person=None if before else "罗春一",
        help_href="/t/demo/help",
        more_href="/t/demo/more",
        footer=(Link(Words("本页指南", "Guide to this page"), "/t/demo/help"),),
        filing="备案号00000000号（示例）",
        version="0.1",
        sample=True,
    )


def page(name: str, locale: str = "zh_CN", **choice: Any) -> str:
    """One page as the server would send it."""
    return render(f"pages/{name}.html", locale=locale, context={"shell": shell(locale, name, **choice), **PAGES[name]})


class Handler(SimpleHTTPRequestHandler):
    """Answers /<page>.<locale>.<size>.<theme> and the static files, with the product's own content policy."""

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            self.path = self.path.removeprefix("/static")
            super().do_GET()
            return
        name, _, rest = self.path.strip("/").partition(".")
        locale, size, theme = [*rest.split("."), "standard", "system"][:3] if rest else ("zh_CN", "standard", "system")
        if name not in PAGES:
            self.send_error(404)
            return
        body = page(name, locale, size=size, theme=theme).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a server on loopback, for the length of a `with`."""
    assets.build_styles()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(assets.STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main(folder: Path) -> None:
    """Screenshots of every page: phone and desk, light, dark and large, Chinese and English."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for width in (360, 1440):
            tab = browser.new_page(viewport={"width": width, "height": 900 if width > 600 else 740})
            for name in PAGES:
                for mode in ("zh_CN.standard.light", "zh_CN.standard.dark", "zh_CN.large.light", "en.standard.light"):
                    tab.goto(f"{address}/{name}.{mode}")
                    tab.wait_for_load_state("networkidle")
                    tab.screenshot(path=folder / f"{name}.{width}.{mode}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
