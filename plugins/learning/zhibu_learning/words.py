"""What words mean: categories, forms of study as clerks write them, and whom a course addresses (domain.md 5)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from zhibu_core.words import Words

Form = Literal["session", "certificate", "online", "self_study"]
AudienceKey = Literal["all", "full_member", "probationary", "post_holder", "type"]

CATEGORIES: Final[dict[str, Words]] = {
    "new_era_thought": Words("习近平新时代中国特色社会主义思想", "thought for the new era"),
    "theory": Words("政治理论", "political theory"),
    "political_training": Words("政治教育和政治训练", "political education and training"),
    "discipline": Words("党章党规党纪", "constitution, rules and discipline"),
    "purpose": Words("宗旨教育", "purpose of the party"),
    "tradition": Words("革命传统", "revolutionary tradition"),
    "situation": Words("形势政策", "situation and policy"),
    "skills": Words("知识技能", "knowledge and skills"),
}
"""The content categories of the education rules, Art. 5 and 9 to 15."""

FORMS: Final[dict[Form, Words]] = {
    "session": Words("集中学习", "study session"),
    "certificate": Words("培训班", "training class with certificate"),
    "online": Words("网络学习", "online course"),
    "self_study": Words("自学", "self-study"),
}

# Looked at in this order: studying alone online is self-study.
_FORM_SIGNS: Final[tuple[tuple[Form, re.Pattern[str]], ...]] = (
    ("self_study", re.compile("自学|自主学习|自修|自行")),
    ("online", re.compile("网络|网上|在线|线上|远程|云课|慕课|直播|学习平台")),
    ("certificate", re.compile("班|研修|进修|脱产|结业")),
)
_EVERYBODY: Final = re.compile("^(?:全体|全部|所有|各位|每名|全校|全院|全单位|全公司|本单位|在职)+")
_MEMBERS: Final = re.compile("(?:中共)?党员(?:同志|干部)?$|同志$|人员$")
_POST_HOLDERS: Final = re.compile("书记|委员|班子|党务|骨干|党内职务")
_CLASSES: Final[dict[str, AudienceKey]] = {"": "all", "正式": "full_member", "预备": "probationary"}


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a course is required of: everybody, a class of member, holders of a party post, or one type of branch."""

    key: AudienceKey
    type: str = ""

    def addresses(self, member_class: str, *, post_holder: bool, branch_type: str) -> bool:
        """Whether a member of a branch of this type is meant."""
        if self.key == "all":
            return True
        if self.key == "post_holder":
            return post_holder
        return self.type == branch_type if self.key == "type" else self.key == member_class


@lru_cache(maxsize=1000)
def read_form(text: str) -> Form:
    """The form that rules speak of; a word that says nothing else is a session with a list."""
    return next((form for form, sign in _FORM_SIGNS if sign.search(text)), "session")


@lru_cache(maxsize=1000)
def read_audience(text: str) -> Audience:
    """Whom words such as 全体党员, 预备党员, 支部书记 or 学生党员 mean.

    What is left beside "all" and "members" names a type of branch (支部类型); a type that no branch has is required of
    nobody, so an unknown word never counts against anyone.
    """
    bare = "".join(text.split())
    if _POST_HOLDERS.search(bare):
        return Audience("post_holder")
    rest = _MEMBERS.sub("", _EVERYBODY.sub("", bare))
    if rest in _CLASSES:
        return Audience(_CLASSES[rest])
    return Audience("type", rest)
