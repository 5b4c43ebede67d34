"""Checks of single values: what a text may hold, how it compares ignoring case, which telephone is which."""

import re
import unicodedata
from collections.abc import Sequence

from zhibu_core.words import Words
from zhibu_tenants.scim.refusals import invalid
from zhibu_tenants.scim.resources import PhoneNumber

LONGEST = 255
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,30}")


def text(value: str | None, attribute: str) -> str | None:
    """The value, None where it is empty; raises `Refused` for what no screen can show or is too long."""
    if not value:
        return None
    if len(value) > LONGEST or not value.strip() or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        raise invalid(
            attribute,
            Words(
                f"{attribute} 须为 1 至 {LONGEST} 个字符，不含控制字符，不能全是空格。",
                f"{attribute} has 1 to {LONGEST} characters, no control characters, and not only blanks.",
            ),
        )
    return value


def required(value: str | None, attribute: str) -> str:
    """The same for an attribute that must be there."""
    found = text(value, attribute)
    if found is None:
        raise invalid(attribute, Words(f"缺少 {attribute}。请补充。", f"{attribute} is missing. Add it."))
    return found


def key(value: str) -> str:
    """What two values have in common that differ in case only."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).lower())


def telephones(given: Sequence[PhoneNumber]) -> dict[str, str]:
    """`phone` (mobile) and `telephone` (work) as the person's secrets name them; raises `Refused`."""
    found: dict[str, str] = {}
    for one in given:
        name = {"mobile": "phone", "work": "telephone"}.get(str(one.type or "mobile"))
        number = text(one.value, "phoneNumbers.value")
        if name is None or name in found:
            raise invalid(
                "phoneNumbers.type",
                Words(
                    "phoneNumbers.type 须为 mobile 或 work，每种至多一个号码。",
                    "phoneNumbers.type is mobile or work, with one number each at most.",
                ),
            )
        if number is None or not PHONE.fullmatch(number):
            raise invalid(
                "phoneNumbers.value",
                Words(
                    "phoneNumbers.value 须为电话号码：数字、空格、括号、连字符，可以加号开头。",
                    "phoneNumbers.value is a telephone number: digits, blanks, brackets, hyphens, perhaps a plus in front.",
                ),
            )
        found[name] = number
    return found
