"""The organization tree, its people, and who may do what where."""

from alembic import op

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0002"
down_revision = "0001"

KINDS = """'committee', 'working_committee', 'general_branch', 'branch', 'direct_branch', 'joint_branch', 'temporary_branch',
 'mobile_branch', 'functional_branch', 'group'"""


def upgrade() -> None:
    """Referenced tables before referencing ones."""
    begin()
    _tree()
    _people()
    _identity()


def _tree() -> None:
    create_tenant_table(
        "organization",
        f"""code text collate "C" not null, name text not null, short_name text not null, kind text not null check (kind in ({KINDS})),
        parent_id uuid, path text collate "C" not null, founded_on date,
        founded_precision text not null check (founded_precision in ('day', 'month', 'year')), abolished_on date,
        has_committee boolean not null, unit text not null, type text not null, term_started_on date,
        check (abolished_on is null or founded_on is null or abolished_on >= founded_on)""",
        unique=["code", "path"],
        references={"parent_id": "organization"},
        indexes=["parent_id", "name", "short_name"],
    )
    create_tenant_table(
        "organization_placement",
        'organization_id uuid not null, parent_id uuid, path text collate "C" not null, since date not null',
        unique=["organization_id, since"],
        references={"organization_id": "organization", "parent_id": "organization"},
        indexes=["path"],
    )


def _people() -> None:
    create_tenant_table(
        "person",
        """name text not null, sort_name text collate "C" not null, sex text check (sex in ('male', 'female')), ethnic text, birth_on date,
        education text, post text, native_place text, number text collate "C", sealed bytea, citizen_id_index bytea, phone_index bytea""",
        unique=["citizen_id_index", "number"],
        indexes=["name", "sort_name, id", "phone_index"],
    )
    create_tenant_table(
        "membership",
        """person_id uuid not null, organization_id uuid not null,
        member_class text not null check (member_class in ('full_member', 'probationary')),
        status text not null check (status in ('normal', 'stopped', 'restored', 'ended')),
        joined_on date not null, full_on date, standing_from date, is_lost boolean not null, lost_since date, is_mobile boolean not null,
        mobile_to text, is_exempt boolean not null, party_post text, party_post_since date,
        party_post_precision text not null check (party_post_precision in ('day', 'month', 'year')),
        dues_monthly_fen bigint, dues_paid_until date,
        since date not null, until date""",
        references={"person_id": "person", "organization_id": "organization"},
        indexes=["organization_id, person_id", "person_id"],
    )
    # One primary relation a person at a time (domain.md 2.1).
    op.execute("create unique index membership_current on membership (tenant_id, person_id) where until is null")
    create_tenant_table(
        "term",
        """organization_id uuid not null, number integer, years integer, starts_on date not null, ends_on date not null,
        last_election_on date, note text not null, check (ends_on >= starts_on)""",
        unique=["organization_id, starts_on"],
        references={"organization_id": "organization"},
    )
    create_tenant_table(
        "position",
        """organization_id uuid not null, person_id uuid not null, role text not null, since date,
        since_precision text not null check (since_precision in ('day', 'month', 'year')), until date""",
        references={"organization_id": "organization", "person_id": "person"},
        indexes=["organization_id", "person_id"],
    )


def _identity() -> None:
    create_tenant_table(
        "account",
        "issuer text not null, subject text not null, person_id uuid not null",
        unique=["issuer, subject"],
        references={"person_id": "person"},
    )
    create_tenant_table(
        "role_grant",
        """person_id uuid not null, role text not null, node_id uuid, since date not null, until date""",
        references={"person_id": "person", "node_id": "organization"},
        indexes=["person_id"],
    )
    create_tenant_table(
        "web_session",
        """secret_hash bytea not null, person_id uuid not null, issuer text not null, subject text not null,
        created_at timestamptz not null, expires_at timestamptz not null""",
        unique=["secret_hash"],
        references={"person_id": "person"},
        indexes=["expires_at"],
    )
