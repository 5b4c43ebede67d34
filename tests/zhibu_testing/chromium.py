"""Chromium for tests: somebody at a phone or a desk, the hand counted, axe asked; the application on a loopback port."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Locator, Page, async_playwright

from zhibu_core.identity.sessions import cookie_name
from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser as Visitor
from zhibu_testing.browsing import app_of
from zhibu_web import assets

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
AXE = assets.MODULES / "axe-core" / "axe.min.js"
AXE_RUN = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
  rules: {"target-size": {enabled: true}},
}).then(found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html + node.failureSummary).join(" | ")}`))"""


class Quiet(uvicorn.Server):
    """A server that leaves signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Desk:
    """Somebody at Chromium: counts taps, typed fields, signs and pages, and hears what the browser complains of."""

    page: Page
    origin: str
    prefix: str
    taps: int = 0
    typed: int = 0
    chinese: int = 0
    other: int = 0
    pages: int = 0
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Goes to a page by its address: where a task begins, so it is not counted."""
        await self.page.goto(f"{self.origin}{self.prefix}{path}")

    async def tap(self, target: str | Locator, *, leads_on: bool = True) -> None:
        """One tap on a selector's first element; most lead to another page."""
        await self._at(target).click()
        self.taps += 1
        if leads_on:
            self.pages += 1
            await self.page.wait_for_load_state("load")

    async def type(self, target: str | Locator, text: str) -> None:
        """Taps a field and types into it."""
        await self.tap(target, leads_on=False)
        await self._at(target).fill(text)
        self.typed += 1
        self.chinese += sum("\u4e00" <= sign <= "\u9fff" for sign in text)
        self.other += sum(not "\u4e00" <= sign <= "\u9fff" for sign in text)

    def seconds(self, *, desk: bool) -> float:
        """The formula of interface.md 3, without waiting for pages: those times are measured by the bench."""
        return 1.1 * self.taps + (0.4 if desk else 0.6) * self.chinese + 0.25 * self.other + 2.15 * self.pages

    def hear(self, kind: str, text: str) -> None:
        """Notes what the browser complains of; that a form was refused (422) is what a test may want to see."""
        if kind in ("error", "warning") and "422" not in text:
            self.complaints.append(text)

    def _at(self, target: str | Locator) -> Locator:
        return self.page.locator(target).first if isinstance(target, str) else target

    async def findings(self) -> list[str]:
        """What axe finds, what the browser complained of, and whether the page is wider than the window."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = await self.page.evaluate(AXE_RUN)
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [*found, *self.complaints, *([f"{wide} px too wide"] if wide > 0 else [])]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed here")
    if not (assets.VENDOR / "zhibu.css").exists():
        assets.build_packages()
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def origin(platform: Platform) -> AsyncIterator[str]:
    """The address of the application."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Quiet(uvicorn.Config(app_of(platform), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
def sit_down(chromium: Browser, origin: str) -> "SitDown":
    """Seats a visitor at a phone or a desk, with scripts or without."""
    return SitDown(chromium, origin)


@dataclass
class SitDown:
    """Makes a `Desk` for somebody who is signed in."""

    chromium: Browser
    origin: str

    @contextlib.asynccontextmanager
    async def __call__(
        self,
        visitor: Visitor,
        *,
        phone: bool = False,
        scripts: bool = True,
        size: str = "standard",
        theme: str = "system",
        locale: str = "zh",
    ) -> AsyncIterator[Desk]:
        context = await self.chromium.new_context(viewport=PHONE if phone else DESK, java_script_enabled=scripts)  # type: ignore[arg-type]
        # A __Host- cookie must come from https; Chromium then sends it to a loopback address over http too.
        secure = self.origin.replace("http:", "https:")
        name = cookie_name(visitor.tenant.slug)
        await context.add_cookies(
            [
                {"name": name, "value": visitor.secret or "", "url": secure, "secure": True, "httpOnly": True},
                {"name": "zhibu-size", "value": size, "url": self.origin},
                {"name": "zhibu-theme", "value": theme, "url": self.origin},
                {"name": "zhibu-lang", "value": locale, "url": self.origin},
            ]
        )
        page = await context.new_page()
        desk = Desk(page, self.origin, f"/t/{visitor.tenant.slug}")
        page.on("console", lambda said: desk.hear(said.type, said.text))
        page.on("pageerror", lambda error: desk.hear("error", str(error)))
        yield desk
        await context.close()
