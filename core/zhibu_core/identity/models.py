"""Tables of identity: where a tenant signs in, accounts (issuer, subject), roles bound to nodes, sessions, integrators."""

import datetime as dt
import uuid

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.crypto.fields import Sealed
from zhibu_core.tenancy.models import TenantOwned


class Account(TenantOwned):
    """One sign-in of a person: the pair (issuer, subject), never matched by name, phone or mail.

    `factor_vouched_at` is when somebody saw the person's second factor enrolled: younger ones do not count.
    """

    __tablename__ = "account"

    issuer: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[uuid.UUID]
    factor_vouched_at: Mapped[dt.datetime | None]


class IdentitySource(TenantOwned):
    """Where the tenant's people sign in: an organization of a shared realm, or (`organization` none) a realm of its own.

    `realm` is the realm's name where Zhibu provisions it; `level` is the `acr` that stands for a second factor;
    `broker_alias` names the tenant's own identity provider behind it, `broker` describes it as JSON without the secret.
    """

    __tablename__ = "identity_source"

    issuer: Mapped[str]
    organization: Mapped[str | None]
    realm: Mapped[str | None]
    client_id: Mapped[str]
    client_secret: Mapped[bytes | None] = mapped_column(Sealed)
    command_client: Mapped[str | None]
    level: Mapped[str | None]
    made_at: Mapped[dt.datetime]
    off_since: Mapped[dt.datetime | None]
    broker_alias: Mapped[str | None]
    broker: Mapped[str | None]
    broker_secret: Mapped[bytes | None] = mapped_column(Sealed)


class Enrolment(TenantOwned):
    """A code given to a person by hand, once, with which their first sign-in becomes their account."""

    __tablename__ = "enrolment"

    person_id: Mapped[uuid.UUID]
    code_hash: Mapped[bytes]
    made_by: Mapped[uuid.UUID | None]
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Integrator(TenantOwned):
    """A program of somebody else's that works in this tenant alone, with `scopes` (actions) and no person."""

    __tablename__ = "integrator"

    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_at: Mapped[dt.datetime]
    off_since: Mapped[dt.datetime | None]
    last_used_on: Mapped[dt.date | None]


class LogoutToken(TenantOwned):
    """A logout token that was obeyed: it counts once."""

    __tablename__ = "logout_token"

    issuer: Mapped[str]
    token_id: Mapped[str]
    expires_at: Mapped[dt.datetime]


class RoleGrant(TenantOwned):
    """A role of a person at a node and below it; without a node, in the whole tenant. Revoking sets `until`.

    `granted_by` is empty where the operator's command granted it; `delegated_from` is whose own role is lent here.
    """

    __tablename__ = "role_grant"

    person_id: Mapped[uuid.UUID]
    role: Mapped[str]
    node_id: Mapped[uuid.UUID | None]
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
    granted_by: Mapped[uuid.UUID | None]
    granted_at: Mapped[dt.datetime | None]
    delegated_from: Mapped[uuid.UUID | None]


class WebSession(TenantOwned):
    """A browser's session: only the hash of its secret is kept.

    `session_id` is the issuer's name for it (`sid`); its second factor counts until `strong_until`, which is empty where
    the source asks for none.
    """

    __tablename__ = "web_session"

    secret_hash: Mapped[bytes]
    person_id: Mapped[uuid.UUID]
    issuer: Mapped[str]
    subject: Mapped[str]
    session_id: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    strong_until: Mapped[dt.datetime | None]
