"""What guards a browser's session: changes come from our own pages only, cookies and answers say what browsers must keep to."""

import uuid
from typing import Any

FORGED = {
    "another site": {"Origin": "https://evil.test"},
    "a site whose name begins like ours": {"Origin": "https://zhibu.test.evil.test"},
    "another port": {"Origin": "https://zhibu.test:8443"},
    "no origin, from another site": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "no origin, from a sister": {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    "nothing said": {"Origin": "null"},
}
OUR_OWN = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'")


async def test_a_form_of_another_site_changes_nothing(world: Any) -> None:
    admin, member = world.home.admin, world.home.member
    answers = {
        how: await admin.send("POST", "/plugins/learning", {"on": "0"}, more=said) for how, said in FORGED.items()
    }
    assert {how: answer.status_code for how, answer in answers.items()} == dict.fromkeys(FORGED, 403)
    assert (await member.get("/rules/learning.study_hours")).status_code == 200
    assert (await admin.send("POST", "/plugins/learning", {"on": "0"}, more=OUR_OWN)).status_code == 303
    assert (await member.get("/rules/learning.study_hours")).status_code == 404


async def test_cookies_and_answers_say_what_browsers_must_keep_to(world: Any) -> None:
    member, answers = world.home.member, {}
    for path in ("/", "/me", "/people/roles", f"/people/members/{uuid.uuid4()}", "/no/such/page"):
        answers[path] = (await member.get(path)).headers
    for path, headers in answers.items():
        policy = headers.get("content-security-policy", "")
        assert ([rule for rule in POLICY if rule not in policy], "unsafe" in policy) == ([], False), path
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-store" in headers["cache-control"]
        assert headers["content-type"] == "text/html; charset=utf-8"
    name, *rules = (part.strip().lower() for part in (await member.post("/sign-out")).headers["set-cookie"].split(";"))
    assert name.startswith(f"__host-zhibu-{member.tenant.slug}=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(rules)
    assert not any(rule.startswith("domain") for rule in rules)
    assert (await member.get("/me")).status_code != 200, "the secret of before opens nothing"
