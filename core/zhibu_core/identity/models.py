"""Tables of identity: accounts (issuer, subject), roles bound to nodes of the tree, and browser sessions."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Account(TenantOwned):
    """One sign-in of a person: the pair (issuer, subject), never matched by name, phone or mail."""

    __tablename__ = "account"

    issuer: Mapped[str]
    subject: Mapped[str]
    person_id: Mapped[uuid.UUID]


class RoleGrant(TenantOwned):
    """A role of a person at a node and below it; without a node, in the whole tenant. Revoking sets `until`."""

    __tablename__ = "role_grant"

    person_id: Mapped[uuid.UUID]
    role: Mapped[str]
    node_id: Mapped[uuid.UUID | None]
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]


class WebSession(TenantOwned):
    """A browser's session: only the hash of its secret is kept."""

    __tablename__ = "web_session"

    secret_hash: Mapped[bytes]
    person_id: Mapped[uuid.UUID]
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
