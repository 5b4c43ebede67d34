"""SCIM's addresses, as the OpenAPI document says them."""

from collections.abc import Mapping
from typing import Any

from zhibu_core.http.openapi import TEXT, Paths, Schema, answer, content, operation
from zhibu_tenants.scim.refusals import MEDIA_TYPE
from zhibu_tenants.scim.routes import HERE

TAG = "SCIM 2.0"
REFUSED = {
    400: "A value, filter or path that cannot be taken; scimType says which kind of mistake.",
    401: "No token, or one that is not valid.",
    403: "Not a program of this tenant with the scope scim, or a telephone sought by address.",
    404: "There is no such resource here.",
    409: "A value that must be unique is another's.",
    412: "It was changed meanwhile: If-Match names another version.",
    413: "The body is larger than 1 MiB.",
    422: "The Idempotency-Key was used for another body.",
    415: "The body is not application/scim+json.",
    429: "The program's points are used up; Retry-After says when to go on.",
    503: "A part does not answer; Retry-After says when to try again.",
}
ALWAYS = (401, 403, 413, 429, 503)


def describe(prefix: str) -> tuple[Paths, dict[str, Schema]]:
    """Users, groups, search and discovery."""
    base = prefix + HERE
    paths: dict[str, Any] = {}
    for kind in ("User", "Group"):
        paths[f"{base}/{kind}s"] = _collection(kind)
        paths[f"{base}/{kind}s/{{id}}"] = _one(kind)
        paths[f"{base}/{kind}s/.search"] = {"post": _search(kind)}
    paths[f"{base}/.search"] = {"post": _search("")}
    for endpoint in ("ServiceProviderConfig", "ResourceTypes", "Schemas"):
        good = {200: _said("What the service can do (RFC 7644, 4).", {"type": "object"})}
        paths[f"{base}/{endpoint}"] = {"get": _operation(f"scim{endpoint}", endpoint, good, ())}
    return paths, SCHEMAS


def _collection(kind: str) -> Mapping[str, Any]:
    return {
        "get": _operation(f"list{kind}s", f"{kind}s by filter, in order, by pages", {200: _listed()}, (400,), LISTING),
        "post": _operation(
            f"create{kind}", f"Takes a {kind} in", {201: _shown(kind)}, (400, 409, 415, 422), [KEY], _body(kind)
        ),
    }


def _one(kind: str) -> Mapping[str, Any]:
    written, guarded = (400, 404, 409, 412, 415), [ID, IF_MATCH]
    patching = content(PATCH, MEDIA_TYPE)
    return {
        "get": _operation(
            f"read{kind}", f"One {kind}", {200: _shown(kind), 304: answer("The client knows this version.")},
            (400, 404), [ID, *CHOOSING, IF_NONE_MATCH],
        ),
        "put": _operation(f"replace{kind}", f"Replaces a {kind}", {200: _shown(kind)}, written, guarded, _body(kind)),
        "patch": _operation(f"patch{kind}", f"Changes a {kind}", {200: _shown(kind)}, written, guarded, patching),
        "delete": _operation(f"delete{kind}", f"Sees a {kind} off", {204: answer("Done.")}, (404, 412), guarded),
    }  # fmt: skip


def _search(kind: str) -> Mapping[str, Any]:
    said = f"{kind or 'User and Group'}s by a filter in the body, where telephones may stand"
    return _operation(f"search{kind}", said, {200: _listed()}, (400, 415), body=content(SEARCH, MEDIA_TYPE))


def _operation(
    name: str,
    said: str,
    good: Mapping[int, Any],
    refused: tuple[int, ...],
    parameters: Any = (),
    body: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    error = {"$ref": "#/components/schemas/ScimError"}
    answers = {status: _said(REFUSED[status], error) for status in (*ALWAYS, *refused)} | dict(good)
    return operation(name, said, answers, parameters=parameters, body=body, tag=TAG, signed=True)


def _said(words: str, schema: Schema) -> Mapping[str, Any]:
    return answer(words, schema, MEDIA_TYPE)


def _shown(kind: str) -> Mapping[str, Any]:
    return _said(f"The {kind}.", {"$ref": f"#/components/schemas/Scim{kind}"})


def _listed() -> Mapping[str, Any]:
    return _said("A page of the list.", {"$ref": "#/components/schemas/ScimList"})


def _body(kind: str) -> Mapping[str, Any]:
    return content(GIVEN[kind], MEDIA_TYPE)


def _parameter(name: str, kind: str = "query", **schema: Any) -> Mapping[str, Any]:
    return {"name": name, "in": kind, "required": kind == "path", "schema": {"type": "string"} | schema}


TEXTS: Schema = {"type": "array", "items": TEXT}
ID = _parameter("id", "path", format="uuid")
IF_MATCH, IF_NONE_MATCH = _parameter("If-Match", "header"), _parameter("If-None-Match", "header")
KEY = _parameter("Idempotency-Key", "header", minLength=1, maxLength=255)
CHOOSING = [_parameter("attributes"), _parameter("excludedAttributes")]
LISTING = [
    _parameter("filter"),
    _parameter("sortBy"),
    _parameter("sortOrder", enum=["ascending", "descending"]),
    _parameter("startIndex", type="integer"),
    _parameter("count", type="integer"),
    *CHOOSING,
]
USER: Schema = {
    "schemas": TEXTS,
    "externalId": TEXT,
    "userName": TEXT,
    "displayName": TEXT,
    "title": TEXT,
    "active": {"type": "boolean"},
}
TELEPHONE: Schema = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": TEXT, "type": {"enum": ["mobile", "work"]}},
}
MEMBER: Schema = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": "string", "format": "uuid"}},
}
GROUP: Schema = {
    "schemas": TEXTS,
    "externalId": TEXT,
    "displayName": TEXT,
    "members": {"type": "array", "items": MEMBER},
}
GIVEN: Mapping[str, Schema] = {
    "User": {
        "type": "object",
        "required": ["userName", "displayName"],
        "properties": {**USER, "phoneNumbers": {"type": "array", "items": TELEPHONE}},
    },
    "Group": {"type": "object", "required": ["displayName"], "properties": GROUP},
}
PATCH: Schema = {
    "type": "object",
    "required": ["schemas", "Operations"],
    "properties": {
        "schemas": {"const": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},
        "Operations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["op"],
                "properties": {"op": {"enum": ["add", "remove", "replace"]}, "path": TEXT, "value": {}},
            },
        },
    },
}
SEARCH: Schema = {
    "type": "object",
    "properties": {one["name"]: one["schema"] for one in LISTING[:5]} | {"attributes": TEXTS, "schemas": TEXTS},
}


def _resource(properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["schemas", "id"],
        "properties": {"id": TEXT, "meta": {"type": "object"}, **properties},
    }


SCHEMAS: dict[str, Schema] = {
    "ScimUser": _resource({**USER, "groups": {"type": "array", "items": {"type": "object"}}}),
    "ScimGroup": _resource(GROUP),
    "ScimList": {
        "type": "object",
        "required": ["schemas", "totalResults"],
        "properties": {
            "schemas": TEXTS,
            "totalResults": {"type": "integer"},
            "startIndex": {"type": "integer"},
            "itemsPerPage": {"type": "integer"},
            "Resources": {"type": "array", "items": {"type": "object", "required": ["schemas", "id"]}},
        },
    },
    "ScimError": {
        "type": "object",
        "description": "RFC 7644, 3.12: in the reader's language, naming the attribute.",
        "required": ["schemas", "status", "detail"],
        "properties": {"schemas": TEXTS, "status": TEXT, "scimType": TEXT, "detail": TEXT},
    },
}
