"""What the steps of development are called (domain.md 3.1)."""

from typing import Final

from zhibu_affairs.models import HALF_YEAR_REVIEW
from zhibu_core.words import Words

STEP_TITLES: Final[dict[str, Words]] = {
    "applied": Words("递交入党申请书", "application handed in"),
    "talk": Words("派人谈话", "talk with the applicant"),
    "activist": Words("确定入党积极分子", "named activist"),
    "filed": Words("积极分子备案", "activist filed with the higher committee"),
    HALF_YEAR_REVIEW: Words("半年考察", "half-yearly review"),
    "proposed": Words("确定发展对象", "proposed as development object"),
    "agreed": Words("上级党委同意", "higher committee agreed"),
    "notice_from": Words("公示开始", "public notice begins"),
    "notice_to": Words("公示结束", "public notice ends"),
    "review_on": Words("政治审查", "political review"),
    "train_from": Words("集中培训开始", "training begins"),
    "train_to": Words("集中培训结束", "training ends"),
    "prereview": Words("预审", "pre-review"),
    "vote_on": Words("支部大会接收", "member meeting accepts"),
    "approval_talk": Words("审批前谈话", "talk before the approval"),
    "approved": Words("审批预备党员", "approved as probationary member"),
    "oath": Words("入党宣誓", "oath"),
    "full_vote": Words("讨论转正", "member meeting on full membership"),
    "full_approved": Words("审批转正", "full membership approved"),
}
