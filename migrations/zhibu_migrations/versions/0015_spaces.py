"""Spaces: each side's own copy of an agreement, what it sent, what it received, and who read it."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """No key of these tables leads to another tenant's row: a space, a version and an envelope have one id on every side."""
    begin()
    _agreements()
    _crossings()


def _agreements() -> None:
    create_tenant_table(
        "space",
        """title text not null, purpose text not null,
        state text not null check (state in ('proposed', 'in_force', 'revoked', 'ended')),
        opened_by uuid not null, newest_id uuid not null, in_force_id uuid, starts_on date not null, ends_on date not null,
        opened_at timestamptz not null, in_force_at timestamptz, closed_at timestamptz, closed_by text, closed_by_party uuid,
        close_reason text, erased_at timestamptz, erased_count integer""",
        indexes=["state, ends_on", "ends_on where state = 'in_force'"],
    )
    create_tenant_table(
        "space_version",
        """space_id uuid not null, number integer not null, based_on uuid, terms jsonb not null, digest text collate "C" not null,
        made_by_party uuid not null, made_by text not null, made_at timestamptz not null, note text not null""",
        references={"space_id": "space"},
        indexes=["space_id, number"],
        append_only=True,
    )
    create_tenant_table(
        "space_party",
        """space_id uuid not null, party uuid not null, slug text not null, tenant_name text not null,
        code text collate "C" not null, name text not null, is_own boolean not null, organization_id uuid,
        confirmed_at timestamptz, confirmed_count integer""",
        references={"space_id": "space", "organization_id": "organization"},
        indexes=["space_id", "organization_id where organization_id is not null"],
    )
    create_tenant_table(
        "space_signature",
        """space_id uuid not null, version_id uuid not null, party uuid not null, digest text collate "C" not null,
        signer text not null, post text not null, person_id uuid, second_factor boolean not null, signed_at timestamptz not null""",
        unique=["version_id, party"],
        references={"space_id": "space", "version_id": "space_version"},
        indexes=["space_id"],
        append_only=True,
    )


def _crossings() -> None:
    create_tenant_table(
        "space_envelope",
        """space_id uuid not null, parcel_id uuid not null, kind text collate "C" not null, receiver uuid not null,
        object_id uuid, subject uuid, fields text[] not null, payload jsonb, purpose text not null, digest text collate "C" not null,
        expires_on date, made_by uuid, made_by_name text not null, made_at timestamptz not null,
        state text not null check (state in ('waiting', 'delivered', 'refused', 'held', 'withdrawn')),
        attempts integer not null, problem text, settled_at timestamptz, erased_at timestamptz""",
        references={"space_id": "space"},
        indexes=["space_id, made_at", "parcel_id where state = 'waiting'", "state where state in ('waiting', 'held')"],
    )
    create_tenant_table(
        "space_arrival",
        """space_id uuid not null, parcel_id uuid not null, kind text collate "C" not null, sender uuid not null,
        fields text[] not null, purpose text not null, digest text collate "C" not null, made_by_name text not null,
        made_at timestamptz not null, arrived_at timestamptz not null,
        state text not null check (state in ('accepted', 'refused', 'open')), attempts integer not null, problem text,
        erased_at timestamptz""",
        indexes=["space_id, made_at", "state where state = 'open'"],
    )
    create_tenant_table(
        "space_copy",
        """space_id uuid not null, parcel_id uuid not null, owner_tenant uuid not null, plugin text collate "C" not null,
        kind text collate "C" not null, subject uuid not null, record jsonb not null, purpose text not null, basis jsonb not null,
        made_at timestamptz not null, received_at timestamptz not null, expires_on date not null""",
        unique=["space_id, owner_tenant, subject"],
        references={"space_id": "space"},
        indexes=["space_id, kind, made_at", "parcel_id", "expires_on"],
    )
    create_tenant_table(
        "space_read",
        """space_id uuid not null, envelope_id uuid not null, reader text not null, reader_key uuid not null, person_id uuid,
        place text not null, read_on date not null, read_at timestamptz not null, is_own boolean not null, sent_at timestamptz""",
        unique=["envelope_id, reader_key, read_on"],
        references={"space_id": "space"},
        indexes=[
            "space_id, read_at",
            "space_id, id where is_own and sent_at is null",
            "person_id where person_id is not null",
        ],
    )
