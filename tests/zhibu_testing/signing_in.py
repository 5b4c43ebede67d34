"""A browser without pictures for sign-ins across hosts: its own cookie jar, forms filled in, redirects followed by hand."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

MOST = 12
"""Redirects in a row."""


@dataclass
class Browser:
    """Keeps cookies by host and port, Secure ones too: a real browser does so on loopback."""

    language: str = "zh-CN"
    jar: dict[str, dict[str, str]] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)

    async def get(self, address: str, *, follow: bool = True) -> httpx.Response:
        """A page, at the end of its redirects."""
        return await self._go("GET", address, None, follow=follow)

    async def post(self, address: str, form: dict[str, str], *, follow: bool = True) -> httpx.Response:
        """A form sent as if from a page of the same host."""
        return await self._go("POST", address, form, follow=follow)

    async def fill(self, page: httpx.Response, **values: str) -> httpx.Response:
        """Sends the page's form that has a field or button of the first name, its hidden fields and these values."""
        first = next(iter(values))
        for form in html.document_fromstring(page.text).iter("form"):
            if isinstance(form, html.FormElement) and form.xpath(f".//*[@name='{first}']"):
                known = {name: value for name, value in form.fields.items() if name and value is not None}
                return await self.post(urljoin(str(page.url), form.action), known | values)
        raise AssertionError(f"no form with {first} on {page.url}: {text_of(page)[:300]}")

    def cookies(self, address: str) -> dict[str, str]:
        """The cookies that this address would be sent."""
        return self.jar.setdefault(urlsplit(address).netloc, {})

    async def _go(self, method: str, address: str, form: dict[str, str] | None, *, follow: bool) -> httpx.Response:
        for _ in range(MOST):
            answer = await self._send(method, address, form)
            self.trail.append(address)
            if not follow or answer.status_code not in (301, 302, 303):
                return answer
            method, form = "GET", None
            address = urljoin(address, answer.headers["location"])
        raise AssertionError(f"too many redirects, last to {address}")

    async def _send(self, method: str, address: str, form: dict[str, str] | None) -> httpx.Response:
        jar, parts = self.cookies(address), urlsplit(address)
        headers = {
            "Accept": "text/html",
            "Accept-Language": self.language,
            "Cookie": "; ".join(f"{k}={v}" for k, v in jar.items()),
        }
        if method == "POST":
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.request(method, address, data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0].strip('"')
            if not value or "max-age=0" in line.lower():
                jar.pop(name, None)
            else:
                jar[name] = value
        return answer


def text_of(page: httpx.Response) -> str:
    """The words of a page, blanks joined."""
    root = html.document_fromstring(page.text)
    words = root.xpath("//text()[not(ancestor::script or ancestor::style)]")
    return " ".join(" ".join(str(word) for word in words).split()) if isinstance(words, list) else ""
