"""The issuer's endpoints below /issuer: discovery, keys, authorization with a choice of personas, token, demo token."""

import hmac
import re
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from litestar import Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from zhibu_bridge.codes import Codes, Granted
from zhibu_core.errors import Forbidden, InvalidInput
from zhibu_core.identity.permissions import ROLES, STAFF_TITLE
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.words import Words
from zhibu_devissuer.keys import DemoSigner
from zhibu_devissuer.page import page_of_personas
from zhibu_devissuer.personas import OPERATOR_PERSONA, account_of, all_personas, persona
from zhibu_tenants.staff import add_staff

PUBLIC = {"action": "public"}
ORGANIZATION = re.compile(r"(?:^| )organization:([a-z0-9-]+)(?:$| )")
OPERATOR = ""
"""Stands where a tenant's slug does, for those who belong to none."""

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@dataclass
class DevIssuer:
    """The issuer of one demo: `origin` is where the demo is served, `secret` lets `zhibu token` in."""

    platform: Platform
    origin: str
    client_id: str
    secret: str
    codes: Codes = field(default_factory=Codes)

    def __post_init__(self) -> None:
        self.address = f"{self.origin}/issuer"
        self.signer = DemoSigner(self.address)

    def routes(self) -> Router:
        """The endpoints as one router."""
        return Router(path="/issuer", route_handlers=self._handlers())

    def _handlers(self) -> list[Any]:
        issuer = self

        @get("/.well-known/openid-configuration", opt=PUBLIC, sync_to_thread=False)
        def discovery() -> dict[str, Any]:
            return issuer.metadata()

        @get("/keys", opt=PUBLIC, sync_to_thread=False)
        def keys() -> dict[str, Any]:
            return issuer.signer.public_keys()

        @get("/authorize", opt=PUBLIC)
        async def choose(request: Request[Any, Any, Any]) -> Response[str]:
            return await issuer.choose(dict(request.query_params))

        @post("/authorize", opt=PUBLIC)
        async def authorize(data: Form) -> Redirect:
            return await issuer.authorize(data)

        @post("/token", opt=PUBLIC, status_code=200, sync_to_thread=False)
        def token(data: Form) -> Response[dict[str, Any]]:
            return issuer.token(data)

        @post("/demo-token", opt=PUBLIC, status_code=200)
        async def demo_token(request: Request[Any, Any, Any], data: dict[str, str | None]) -> dict[str, str]:
            return await issuer.demo_token(request.headers.get("authorization", ""), data)

        return [discovery, keys, choose, authorize, token, demo_token]

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    async def choose(self, query: dict[str, str]) -> Response[str]:
        """The page on which one picks whom to sign in as."""
        slug = self._check(query)
        if slug == OPERATOR:
            body = page_of_personas(STAFF_TITLE.zh, [OPERATOR_PERSONA], query)
            return Response(body, media_type="text/html")
        async with self.platform.database.system_session() as system:
            tenant = await find_tenant(system, slug)
        async with self.platform.database.session(tenant.id) as session:
            people = await all_personas(session, tenant)
        return Response(page_of_personas(tenant.name, people, query), media_type="text/html")

    async def authorize(self, form: dict[str, str]) -> Redirect:
        """Hands out a code for the person chosen."""
        slug = self._check(form)
        if slug == OPERATOR:
            subject = OPERATOR_PERSONA.person_id.hex
            await add_staff(self.platform, self.address, subject, OPERATOR_PERSONA.name)
        else:
            subject = await self._subject(slug, form.get("role", ""), form.get("org") or None)
        granted = Granted(
            subject,
            slug,
            form["client_id"],
            form["redirect_uri"],
            form["nonce"],
            form["code_challenge"],
        )
        answer = urlencode({"code": self.codes.hand_out(granted), "state": form["state"], "iss": self.address})
        return Redirect(f"{form['redirect_uri']}?{answer}", status_code=303)

    def token(self, form: dict[str, str]) -> Response[dict[str, Any]]:
        """Redeems a code."""
        given = [form.get(name, "") for name in ("code", "client_id", "redirect_uri", "code_verifier")]
        granted = self.codes.redeem(*given) if form.get("grant_type") == "authorization_code" else None
        if granted is None:
            return Response({"error": "invalid_grant"}, status_code=400)
        who = (granted.subject, granted.organization, granted.client_id)
        return Response(
            {
                "access_token": self.signer.access_token(*who),
                "id_token": self.signer.id_token(*who, granted.nonce),
                "token_type": "Bearer",
                "expires_in": 3600,
            }
        )

    async def demo_token(self, authorization: str, asked: dict[str, str | None]) -> dict[str, str]:
        """An access token for `zhibu token`, which proves itself by the secret in the data folder."""
        if not hmac.compare_digest(authorization, f"Bearer {self.secret}"):
            raise Forbidden(
                "demo_secret",
                Words(
                    "这个地址只供本机的 zhibu token 命令使用。",
                    "This address is for the command zhibu token on this machine only.",
                ),
            )
        slug = asked.get("tenant") or ""
        subject = await self._subject(slug, asked.get("as") or "", asked.get("org"))
        return {"access_token": self.signer.access_token(subject, slug, "zhibu-token")}

    async def _subject(self, slug: str, role: str, org: str | None) -> str:
        if role not in ROLES:
            raise InvalidInput(
                "role_unknown",
                Words(
                    f"没有角色“{role}”。可用：{'、'.join(ROLES)}。",
                    f"There is no role “{role}”. There are: {', '.join(ROLES)}.",
                ),
                field="as",
            )
        async with self.platform.database.system_session() as system:
            tenant = await find_tenant(system, slug)
        async with self.platform.database.session(tenant.id) as session:
            chosen = await persona(session, tenant, role, org)
            return await account_of(session, self.address, chosen.person_id)

    def _check(self, query: dict[str, str]) -> str:
        """The tenant's slug of a well-formed request, `OPERATOR` for the platform's staff; raises `InvalidInput`."""
        missing = [
            n for n in ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope") if not query.get(n)
        ]
        if missing:
            raise InvalidInput(
                "authorize",
                Words(f"登录请求缺少参数：{'、'.join(missing)}。", f"The sign-in request lacks: {', '.join(missing)}."),
                field=missing[0],
            )
        organization = ORGANIZATION.search(query["scope"])
        target = urlsplit(query["redirect_uri"])
        slug = organization.group(1) if organization else OPERATOR
        place = f"/t/{slug}" if slug != OPERATOR else "/operator"
        exact = query["redirect_uri"] == f"{self.origin}{place}/sign-in/callback"
        if query["client_id"] != self.client_id or query.get("code_challenge_method") != "S256" or not exact:
            raise InvalidInput(
                "authorize",
                Words(
                    f"登录请求不被接受：客户端、回调地址（{target.netloc}）或 PKCE 不符。",
                    f"The sign-in request is refused: client, redirect address ({target.netloc}) or PKCE do not fit.",
                ),
                field="redirect_uri",
            )
        return slug
