"""A browser without pictures for sign-ins across hosts: its own cookie jar, forms filled in, redirects followed by hand."""

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

MOST = 12
"""Redirects in a row."""


@dataclass
class Browser:
    """Keeps cookies by host, port and path, Secure ones too: a real browser does so on loopback."""

    language: str = "zh-CN"
    jar: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
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
        """The cookies that this address would be sent; the longest path's is last, so that it counts (RFC 6265 5.4)."""
        parts = urlsplit(address)
        kept = sorted(self.jar.get(parts.netloc, {}).items(), key=lambda one: len(one[0][1]))
        asked = parts.path or "/"
        return {name: value for (name, path), value in kept if f"{asked}/".startswith(f"{path.rstrip('/')}/")}

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
        parts = urlsplit(address)
        jar = self.jar.setdefault(parts.netloc, {})
        headers = {
            "Accept": "text/html",
            "Accept-Language": self.language,
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies(address).items()),
        }
        if method == "POST":
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        # Loopback has no certificates, and loading the machine's takes longer than the request.
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=False) as client:
            answer = await client.request(method, address, data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0].strip('"')
            path = next((p.strip()[5:] for p in rest.split(";")[1:] if p.strip().lower().startswith("path=")), "/")
            if not value or "max-age=0" in line.lower():
                jar.pop((name, path), None)
            else:
                jar[name, path] = value
        return answer


def text_of(page: httpx.Response) -> str:
    """The words of a page, blanks joined."""
    root = html.document_fromstring(page.text)
    words = root.xpath("//text()[not(ancestor::script or ancestor::style)]")
    return " ".join(" ".join(str(word) for word in words).split()) if isinstance(words, list) else ""
