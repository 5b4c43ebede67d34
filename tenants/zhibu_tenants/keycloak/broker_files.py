"""Reads what an operator writes about a tenant's own identity provider, and asks that provider where its doors are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.identity.issuers import TIMEOUT, check_issuer_address
from zhibu_core.words import Words


class OidcProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="oidc"):
    """An OpenID provider: our client there; its secret lies in a file beside this one."""

    name: Words
    issuer: str
    client_id: str
    client_secret_file: str
    username_claim: str = "sub"


class SamlProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="saml"):
    """A SAML 2.0 identity provider, by its metadata: an https address, or a file beside this one."""

    name: Words
    metadata: str


Provider = OidcProvider | SamlProvider

DOORS = {"authorization_endpoint": "authorizationUrl", "token_endpoint": "tokenUrl", "jwks_uri": "jwksUrl"}
MORE_DOORS = {"end_session_endpoint": "logoutUrl", "userinfo_endpoint": "userInfoUrl"}


class BrokerConfig(msgspec.Struct, frozen=True):
    """What Keycloak has to know of the provider; the secret goes there and into our sealed column, nowhere else."""

    kind: str
    name: str
    config: dict[str, str]
    username: str


async def read_broker(file: Path, slug: str, *, demo: bool) -> tuple[BrokerConfig, str | None]:
    """The provider that the file names, as it is now, and the client's secret.

    Raises `InvalidInput` for a file that cannot be read or a login bridge's source of another tenant than `slug`,
    `Unavailable` for a provider that is silent or not https.
    """
    try:
        found, secret = _read(file)
        if isinstance(found, OidcProvider):
            return await _oidc(found, slug, demo=demo), secret
        return await _saml(found, file.parent, demo=demo), None
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "broker_file",
            Words(
                f"无法读取身份提供方文件 {file.name}：{error}",
                f"The file {file.name} of the identity provider cannot be read: {error}",
            ),
            field="broker",
        ) from error


def _read(file: Path) -> tuple[Provider, str | None]:
    found = msgspec.toml.decode(file.read_bytes(), type=Provider)
    if isinstance(found, OidcProvider):
        return found, (file.parent / found.client_secret_file).read_text(encoding="utf-8").strip()
    return found, None


async def _oidc(provider: OidcProvider, slug: str, *, demo: bool) -> BrokerConfig:
    issuer = provider.issuer.rstrip("/")
    said: dict[str, Any] = msgspec.json.decode(
        await _fetch(f"{issuer}/.well-known/openid-configuration", demo=demo), type=dict[str, Any]
    )
    if said.get("issuer") != provider.issuer:
        raise InvalidInput(
            "broker_issuer",
            Words(
                f"{provider.issuer} 自称是 {said.get('issuer')}。请核对 issuer。",
                f"{provider.issuer} calls itself {said.get('issuer')}. Check the issuer.",
            ),
            field="issuer",
        )
    if said.get("zhibu_tenant", slug) != slug:
        raise InvalidInput(
            "broker_tenant",
            Words(
                f"登录桥的来源 {provider.issuer} 属于另一个租户。",
                f"The login bridge's source {provider.issuer} belongs to another tenant.",
            ),
            field="issuer",
        )
    config = {
        "issuer": provider.issuer,
        "clientId": provider.client_id,
        "clientAuthMethod": "client_secret_basic",
        "defaultScope": "openid",
        "useJwksUrl": "true",
        "validateSignature": "true",
        "pkceEnabled": "true",
        "pkceMethod": "S256",
        "backchannelSupported": "true",
        "disableUserInfo": "true",
        "syncMode": "IMPORT",
    }
    config |= _doors(said, DOORS, needed=True, demo=demo) | _doors(said, MORE_DOORS, needed=False, demo=demo)
    return BrokerConfig("oidc", provider.name.zh, config, "${ALIAS}.${CLAIM." + provider.username_claim + "}")


def _doors(said: Mapping[str, Any], names: Mapping[str, str], *, needed: bool, demo: bool) -> dict[str, str]:
    found = {}
    for theirs, ours in names.items():
        address = said.get(theirs)
        if not isinstance(address, str):
            if needed:
                raise InvalidInput("broker_doors", f"The provider names no {theirs}.", field="issuer")
            continue
        check_issuer_address(address, demo=demo)
        found[ours] = address
    return found


async def _saml(provider: SamlProvider, folder: Path, *, demo: bool) -> BrokerConfig:
    from zhibu_tenants.keycloak.saml_metadata import read_metadata  # XML, which little else of this needs

    if "://" in provider.metadata:
        text = await _fetch(provider.metadata, demo=demo)
    else:
        text = (folder / provider.metadata).read_bytes()
    said = read_metadata(text)
    check_issuer_address(said.sign_in, demo=demo)
    config = {
        "idpEntityId": said.entity,
        "singleSignOnServiceUrl": said.sign_in,
        "postBindingAuthnRequest": "true" if said.by_post else "false",
        "postBindingResponse": "true",
        "signingCertificate": ",".join(said.certificates),
        "validateSignature": "true",
        "wantAssertionsSigned": "true",
        "wantAuthnRequestsSigned": "true",
        "signatureAlgorithm": "RSA_SHA256",
        "nameIDPolicyFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "principalType": "SUBJECT",
        "allowCreate": "true",
        "syncMode": "IMPORT",
    }
    if said.sign_out:
        check_issuer_address(said.sign_out, demo=demo)
        config["singleLogoutServiceUrl"] = said.sign_out
    return BrokerConfig("saml", provider.name.zh, config, "${ALIAS}.${NAMEID}")


async def _fetch(address: str, *, demo: bool) -> bytes:
    import httpx

    check_issuer_address(address, demo=demo)
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            answer = await client.get(address)
            answer.raise_for_status()
            return answer.content
    except httpx.HTTPError as error:
        raise Unavailable(
            "broker_silent",
            Words(
                f"身份提供方没有应答（{address}：{type(error).__name__}）。",
                f"The identity provider does not answer ({address}: {type(error).__name__}).",
            ),
        ) from error
