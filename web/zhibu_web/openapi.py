"""What machines ask of the sign-in, as the OpenAPI document says it."""

from zhibu_core.http.openapi import TEXT, Paths, Schema, answer, content, operation, problem

TAG = "Sign-in"


def describe(prefix: str) -> tuple[Paths, dict[str, Schema]]:
    """Where the command line signs in, and the issuer's word that a session ended."""
    nullable: Schema = {"type": ["string", "null"]}
    source: Schema = {
        "type": "object",
        "required": ["issuer", "client_id", "scope"],
        "properties": {"issuer": TEXT, "client_id": nullable, "scope": TEXT},
    }
    refused: Schema = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": TEXT, "error_description": TEXT},
    }
    token: Schema = {"type": "object", "required": ["logout_token"], "properties": {"logout_token": TEXT}}
    silent = problem("No sign-in service is set, or it does not answer.")
    paths: Paths = {
        f"{prefix}/sign-in/source": {
            "get": operation(
                "signInSource", "Issuer, client and scope for zhibu login", {200: answer("They.", source), 503: silent},
                tag=TAG,
            )
        },
        f"{prefix}/sign-in/back-channel": {
            "post": operation(
                "backChannelLogout",
                "Ends the sessions that a logout token names (OpenID Connect Back-Channel Logout 1.0)",
                {
                    200: answer("They are ended.", {"type": "object"}),
                    400: answer("The token is not valid.", refused),
                    503: silent,
                },
                body=content(token, "application/x-www-form-urlencoded"),
                tag=TAG,
            )
        },
    }  # fmt: skip
    return paths, {}
