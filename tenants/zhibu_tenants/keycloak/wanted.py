"""What we want Keycloak to hold: realms, clients and their mappers, as its administration writes them."""

from collections.abc import Mapping
from typing import Any

from zhibu_core.identity.tokens import AUDIENCE
from zhibu_tenants.keycloak.broker_files import BrokerConfig

LEVEL = "2"
"""The `acr` that stands for a second factor."""

FLOW = "zhibu browser"
FIRST_BROKER_FLOW = "zhibu first broker"
AFTER_BROKER_FLOW = "zhibu after broker"
Representation = dict[str, Any]


def realm(name: str, *, shared: bool, on: bool = True) -> Representation:
    """A realm's own settings: Chinese and English, guessing slowed down, short tokens, two levels.

    Two users may have one e-mail address: it signs nobody in, and one person may come from the providers of two tenants.
    """
    return {
        "realm": name,
        "enabled": on,
        "sslRequired": "external",
        "registrationAllowed": False,
        "loginWithEmailAllowed": False,
        "duplicateEmailsAllowed": True,
        "bruteForceProtected": True,
        "revokeRefreshToken": True,
        "accessTokenLifespan": 300,
        "internationalizationEnabled": True,
        "supportedLocales": ["zh-CN", "en"],
        "defaultLocale": "zh-CN",
        "organizationsEnabled": shared,
        "attributes": {"acr.loa.map": '{"1":"1","2":"2"}'},
    }


def browser_binding() -> Representation:
    """That the realm signs browsers in by our flow, once that is there."""
    return {"browserFlow": FLOW}


def web_client(client_id: str, name: str, base: str, *, on: bool = True) -> Representation:
    """The client of a tenant's pages; `base` is the tenant's public address, without a slash at the end."""
    told = {"backchannel.logout.url": f"{base}/sign-in/back-channel", "backchannel.logout.session.required": "true"}
    found = _page_client(client_id, name, base)
    return found | {"enabled": on, "attributes": found["attributes"] | told}


def staff_client(client_id: str, base: str) -> Representation:
    """The client of the operator's console, whose sessions are short and hear of no sign-out elsewhere."""
    return _page_client(client_id, "Zhibu", base)


def command_client(client_id: str) -> Representation:
    """The public client of `zhibu login`: the device grant and nothing else."""
    return _client(client_id, "zhibu login") | {
        "publicClient": True,
        "redirectUris": [],
        "attributes": _attributes() | {"oauth2.device.authorization.grant.enabled": "true"},
    }


def program_client(client_id: str, name: str) -> Representation:
    """The client of an integrator: client credentials and nothing else."""
    return _client(client_id, name) | {
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "redirectUris": [],
        "attributes": _attributes() | {"oauth2.device.authorization.grant.enabled": "false"},
    }


def organization(alias: str, name: str, *, on: bool = True) -> Representation:
    """The organization of a tenant in the shared realm; two tenants may have one name, two organizations may not."""
    return {"alias": alias, "name": f"{name} ({alias})", "enabled": on}


def _page_client(client_id: str, name: str, base: str) -> Representation:
    """Signs browsers in by a code with PKCE, back to one address."""
    return _client(client_id, name) | {
        "publicClient": False,
        "standardFlowEnabled": True,
        "redirectUris": [f"{base}/sign-in/callback"],
        "attributes": _attributes()
        | {"pkce.code.challenge.method": "S256", "oauth2.device.authorization.grant.enabled": "false"},
    }


def _client(client_id: str, name: str) -> Representation:
    return {
        "clientId": client_id,
        "name": name,
        "enabled": True,
        "protocol": "openid-connect",
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "fullScopeAllowed": False,
        "consentRequired": False,
        "webOrigins": [],
        "protocolMappers": _mappers(client_id),
    }


def _attributes() -> dict[str, str]:
    return {"access.token.header.type.rfc9068": "true"}


def _mappers(client_id: str) -> list[Representation]:
    audience = {"included.custom.audience": AUDIENCE, "access.token.claim": "true", "id.token.claim": "false"}
    named = {
        "claim.name": "client_id",
        "claim.value": client_id,
        "jsonType.label": "String",
        "access.token.claim": "true",
        "id.token.claim": "false",
        "userinfo.token.claim": "false",
    }
    return [
        _mapper("zhibu audience", "oidc-audience-mapper", audience),
        _mapper("zhibu client", "oidc-hardcoded-claim-mapper", named),
    ]


def _mapper(name: str, kind: str, config: Mapping[str, str]) -> Representation:
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": dict(config)}


def identity_provider(alias: str, broker: BrokerConfig, *, hidden: bool, on: bool) -> Representation:
    """A tenant's own provider; in the shared realm no sign-in page shows it, only our own hint leads to it."""
    return {
        "alias": alias,
        "displayName": broker.name,
        "providerId": broker.kind,
        "enabled": on,
        "trustEmail": False,
        "storeToken": False,
        "linkOnly": False,
        "hideOnLogin": hidden,
        "firstBrokerLoginFlowAlias": FIRST_BROKER_FLOW,
        "postBrokerLoginFlowAlias": AFTER_BROKER_FLOW,
        "config": broker.config,
    }


def username_mapper(name: str, alias: str, broker: BrokerConfig) -> Representation:
    """How users from the provider are called in the realm."""
    return {
        "name": name,
        "identityProviderAlias": alias,
        "identityProviderMapper": f"{broker.kind}-username-idp-mapper",
        "config": {"template": broker.username, "syncMode": "IMPORT", "target": "LOCAL"},
    }
