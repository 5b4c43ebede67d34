"""DingTalk (钉钉): staff of one organization, by its internal application; the subject is the person's union id."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from zhibu_bridge.asking import ask, silent
from zhibu_bridge.contract import Found, Visit, refused, subject_of
from zhibu_bridge.settings import read_secret, settings_as
from zhibu_core.identity.issuers import check_issuer_address

STAFF = 0
"""What DingTalk calls somebody of the organization itself, not a contact from outside."""

NOBODY = 60121
"""There is nobody of this union id in the organization (any more)."""


class DingTalkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The organization, the application's key and its secret; addresses are DingTalk's own unless a private one stands there."""

    corp_id: str
    client_id: str
    client_secret_file: str
    sign_in: str = "https://login.dingtalk.com/oauth2/auth"
    api: str = "https://api.dingtalk.com"
    old_api: str = "https://oapi.dingtalk.com"


class DingTalkSource:
    """One organization. A user id may change there, the union id stays."""

    def __init__(self, given: Mapping[str, Any], folder: Path, demo: bool) -> None:
        self.settings = settings_as(DingTalkSettings, given)
        self._secret = read_secret(folder, self.settings.client_secret_file)
        for address in (self.settings.sign_in, self.settings.api, self.settings.old_api):
            check_issuer_address(address, demo=demo)

    def address(self, visit: Visit) -> str:
        """DingTalk's page, for this organization alone."""
        query = {
            "redirect_uri": visit.callback,
            "response_type": "code",
            "client_id": self.settings.client_id,
            "scope": "openid corpid",
            "state": visit.state,
            "prompt": "consent",
            "exclusiveLogin": "true",
            "exclusiveCorpId": self.settings.corp_id,
        }
        return f"{self.settings.sign_in}?{urlencode(query)}"

    async def find(self, visit: Visit, query: Mapping[str, str]) -> Found:
        """Whose code it is: somebody who chose this organization, and is on its staff today."""
        del visit
        code = query.get("authCode") or query.get("code") or ""
        if not code:
            raise refused("no code")
        token = await self._user_token(code)
        me = await ask(
            "GET", f"{self.settings.api}/v1.0/contact/users/me", headers={"x-acs-dingtalk-access-token": token}
        )
        if "unionId" not in me:
            raise silent(f"DingTalk {me.get('code')}")
        subject = subject_of(me["unionId"])
        await self._expect_on_staff(subject)
        return Found(subject)

    def ended(self, form: Mapping[str, str]) -> str | None:
        """DingTalk tells nobody of sessions."""
        del form
        return None

    async def _user_token(self, code: str) -> str:
        body = {"clientId": self.settings.client_id, "clientSecret": self._secret, "code": code}
        body |= {"grantType": "authorization_code"}
        said = await ask("POST", f"{self.settings.api}/v1.0/oauth2/userAccessToken", json=body)
        if not isinstance(said.get("accessToken"), str):
            raise refused(f"DingTalk {said.get('code')}")
        if said.get("corpId") != self.settings.corp_id:
            raise refused("another organization")
        return str(said["accessToken"])

    async def _expect_on_staff(self, union_id: str) -> None:
        body = {"appKey": self.settings.client_id, "appSecret": self._secret}
        said = await ask("POST", f"{self.settings.api}/v1.0/oauth2/accessToken", json=body)
        if not isinstance(said.get("accessToken"), str):
            raise silent(f"DingTalk {said.get('code')}")
        query = {"access_token": said["accessToken"]}
        address = f"{self.settings.old_api}/topapi/user/getbyunionid"
        found = await ask("POST", address, params=query, json={"unionid": union_id})
        if found.get("errcode") == NOBODY:
            raise refused("not on the staff")
        if found.get("errcode") != 0:
            raise silent(f"DingTalk {found.get('errcode')}")
        if found.get("result", {}).get("contact_type") != STAFF:
            raise refused("not on the staff")
