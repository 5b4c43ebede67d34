"""What the service holds, as SCIM describes it: users, groups, and what a client may ask of them (RFC 7643)."""

from typing import Annotated, Any, Final

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    ExtensibleStringEnum,
    Extension,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST_RESULTS: Final = 200
DEFAULT_RESULTS: Final = 100

POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Attributes that we do not hold are passed over: directories send mail addresses, locales and pictures to everybody."""


class PhoneNumber(ComplexAttribute):
    """A telephone; without a type, the mobile one."""

    class Type(ExtensibleStringEnum):
        """Which of the person's two numbers it is."""

        mobile = "mobile"
        work = "work"

    value: Annotated[str | None, Required.true] = None
    type: Type | None = None


class GroupOfUser(ComplexAttribute):
    """A group that the directory has the user in."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class User(Resource[AnyExtension]):
    """Somebody whom the directory knows; sign-ins and memberships of branches are no part of it."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    display_name: Annotated[str | None, Required.true] = None
    title: str | None = None
    active: bool | None = None
    phone_numbers: Annotated[list[PhoneNumber] | None, Mutability.write_only, Returned.never] = None
    groups: Annotated[list[GroupOfUser] | None, Mutability.read_only] = None


class EnterpriseUser(Extension):
    """Of the enterprise extension, the staff or student number."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, CaseExact.true, Uniqueness.server] = None


class GroupMember(ComplexAttribute):
    """A user in a group; groups do not hold groups."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class Group(Resource[Any]):
    """A department or class of the directory; one whose externalId is an organization's code stands for that."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None


FullUser = User[EnterpriseUser]

CONFIG: Final = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(cursor=False, index=True, default_page_size=DEFAULT_RESULTS, max_page_size=MOST_RESULTS),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="OAuth Bearer Token",
            description="An access token of the integrator's own client, by the client credentials grant.",
            primary=True,
        )
    ],
)

PROVIDER: Final = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[ResourceType.from_resource(FullUser), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)
