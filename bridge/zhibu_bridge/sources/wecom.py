"""WeCom (企业微信): members of one enterprise, by its self-built application; the subject is the member's user id."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from zhibu_bridge.asking import ask, silent
from zhibu_bridge.contract import Found, Visit, refused, subject_of
from zhibu_bridge.settings import read_secret, settings_as
from zhibu_core.identity.issuers import check_issuer_address

STALE_TOKEN = frozenset({40001, 40014, 42001})
BAD_CODE = frozenset({40029, 42003, 42009})
"""The code was used or is too old: the person signs in again. What the enterprise has to mend (50001: our address is not
its application's trusted domain; 60020: nor is ours among its trusted IP addresses) is not among these."""

EARLY = 300.0
"""Seconds before its end that the application's token is fetched anew."""


class WeComSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The enterprise, its application and that one's secret; addresses are WeCom's own unless a private one stands there."""

    corp_id: str
    agent_id: str
    secret_file: str
    api: str = "https://qyapi.weixin.qq.com"
    scan: str = "https://login.work.weixin.qq.com/wwlogin/sso/login"
    inside: str = "https://open.weixin.qq.com/connect/oauth2/authorize"


class WeComSource:
    """One enterprise. Somebody whose user id was changed there is somebody new here, until they are enrolled again."""

    def __init__(self, given: Mapping[str, Any], folder: Path, demo: bool) -> None:
        self.settings = settings_as(WeComSettings, given)
        self._secret = read_secret(folder, self.settings.secret_file)
        self._token, self._ends = "", 0.0
        for address in (self.settings.api, self.settings.scan, self.settings.inside):
            check_issuer_address(address, demo=demo)

    def address(self, visit: Visit) -> str:
        """The page with the square to scan; inside WeCom itself the silent one."""
        own = self.settings
        back = {"redirect_uri": visit.callback, "state": visit.state}
        if "wxwork" in visit.agent.lower():
            query = {
                "appid": own.corp_id,
                **back,
                "response_type": "code",
                "scope": "snsapi_base",
                "agentid": own.agent_id,
            }
            return f"{own.inside}?{urlencode(query)}#wechat_redirect"
        query = {"login_type": "CorpApp", "appid": own.corp_id, "agentid": own.agent_id, **back}
        return f"{own.scan}?{urlencode(query)}"

    async def find(self, visit: Visit, query: Mapping[str, str]) -> Found:
        """The member whose code this is; somebody from outside the enterprise has no user id and is refused."""
        del visit
        code = query.get("code", "")
        if not code:
            raise refused("no code")
        said = await self._who(code)
        number = said.get("errcode")
        if number in STALE_TOKEN:
            self._ends = 0.0
            said = await self._who(code)
            number = said.get("errcode")
        if number in BAD_CODE:
            raise refused(f"WeCom {number}")
        if number != 0:
            raise silent(f"WeCom {number}")
        return Found(subject_of(said.get("userid")))

    def ended(self, form: Mapping[str, str]) -> str | None:
        """WeCom tells nobody of sessions."""
        del form
        return None

    async def _who(self, code: str) -> dict[str, Any]:
        query = {"access_token": await self._access(), "code": code}
        return await ask("GET", f"{self.settings.api}/cgi-bin/auth/getuserinfo", params=query)

    async def _access(self) -> str:
        """The application's own token, good for two hours."""
        if time.monotonic() >= self._ends:
            query = {"corpid": self.settings.corp_id, "corpsecret": self._secret}
            said = await ask("GET", f"{self.settings.api}/cgi-bin/gettoken", params=query)
            if said.get("errcode") != 0 or not isinstance(said.get("access_token"), str):
                raise silent(f"WeCom {said.get('errcode')}")
            self._token = said["access_token"]
            self._ends = time.monotonic() + float(said.get("expires_in") or 0) - EARLY
        return self._token
