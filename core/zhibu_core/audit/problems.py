"""What can be wrong with a tenant's audit, each in one plain sentence."""

import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_core.words import Words

SENTENCES = {
    "seal_missing": Words("第{seal}号封存不见了：从它起的记录不再能够证明。",
                          "Seal {seal} is missing: what follows it can no longer be proved."),
    "chain_remade": Words("第{seal}号封存与库外存证不同：这条链被重做过。",
                          "Seal {seal} is not the one anchored outside: the chain was made anew."),
    "chain_broken": Words("第{seal}号封存没有接在前一号之后：链在此断开或次序被调换。",
                          "Seal {seal} does not follow the one before it: the chain is broken or out of order here."),
    "seal_altered": Words("第{seal}号封存被改动过：内容与它自己的校验值不符。",
                          "Seal {seal} was altered: it does not fit its own hash."),
    "entries_altered": Words("第{seal}号封存的记录清单被改动过：与它的 Merkle 根不符。",
                             "The list of rows in seal {seal} was altered: it does not fit the Merkle root."),
    "key_unknown": Words("第{seal}号封存用的签名公钥不在密钥文件夹中，无法验证。",
                         "The public key that signed seal {seal} is not in the folder of keys, so it cannot be checked."),
    "signature_wrong": Words("第{seal}号封存的签名不对：它不是本平台签的。",
                             "The signature of seal {seal} is wrong: this installation did not make it."),
    "not_anchored": Words("第{seal}号封存没有库外存证：存证文件被删减，或存证已停止。",
                          "Seal {seal} is not anchored outside: the anchor was shortened, or anchoring stands still."),
    "anchor_unreadable": Words("库外存证文件无法读取：它被改动或损坏。",
                               "The anchor outside cannot be read: it was altered or damaged."),
    "row_missing": Words("第{seal}号封存中的记录 {entry} 不见了。", "Row {entry} of seal {seal} is missing."),
    "row_altered": Words("第{seal}号封存中的记录 {entry} 被改动过。", "Row {entry} of seal {seal} was altered."),
    "row_moved": Words("第{seal}号封存中的记录 {entry} 被调换了位置：它的内容现在在 {other} 处。",
                       "Row {entry} of seal {seal} was moved: what it said now stands at {other}."),
    "row_doubled": Words("第{seal}号封存中的记录 {entry} 出现了不止一次。",
                         "Row {entry} of seal {seal} is there more than once."),
    "row_added": Words("记录 {entry} 是事后加入的：那个时刻早已封存，封存中没有它。",
                       "Row {entry} was added afterwards: its time was sealed long ago, without it."),
    "not_sealed": Words("记录 {entry} 超过一小时仍未封存：封存任务没有运行。请运行 zhibu audit seal，并检查 zhibu worker。",
                        "Row {entry} is not sealed after more than an hour: the sealer does not run. Run zhibu audit seal and "
                        "look at zhibu worker."),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """The first thing that is wrong: its kind (a key of `SENTENCES`), the seal's number and the row's id where known."""

    kind: str
    seal: int | None = None
    entry: uuid.UUID | None = None
    other: uuid.UUID | None = None

    @property
    def words(self) -> Words:
        """The sentence."""
        found = SENTENCES[self.kind]
        given = {"seal": self.seal, "entry": self.entry, "other": self.other}
        return Words(found.zh.format(**given), found.en.format(**given))

    def as_line(self) -> dict[str, Any]:
        """The keys of JSON lines and of `audit_check.problem`."""
        entry = str(self.entry) if self.entry else None
        return {"kind": self.kind, "seal": self.seal, "entry": entry, "zh": self.words.zh, "en": self.words.en}
