"""Whether a record that another side sent is what was agreed, and until when its copy lasts: by this side's own copy of the agreement."""

import datetime as dt

import msgspec

from zhibu_core.spaces.declared import Shareable, typed
from zhibu_core.spaces.messages import Letter, Payload, SentFile, digest_of_payload
from zhibu_core.spaces.outcomes import Outcome
from zhibu_core.spaces.terms import Share, SharedField
from zhibu_core.storage.kinds import Kind, kind_named


def judged(share: Share | None, declared: Shareable, letter: Letter) -> Outcome:
    """Whether the letter holds what this tenant's own copy of the agreement lets that side give, and nothing else: no field that
    the ledger is not told of either.
    """
    if share is None:
        return Outcome("refused", "kind_not_agreed")
    if digest_of_payload(letter.payload) != letter.digest or letter.subject is None or letter.expires_on is None:
        return Outcome("refused", "damaged")
    try:
        payload = msgspec.convert(letter.payload, Payload)
        of_files = declared.file_field.key if declared.file_field else ""
        keys = [*payload.record, *([of_files] if payload.files else [])]
        if any(share.field(key) is None for key in keys):
            return Outcome("refused", "fields_not_agreed")
        if set(keys) != set(letter.fields) or (payload.files and of_files in payload.record):
            return Outcome("refused", "damaged")
        for key in keys:
            typed(declared.by_key[key], payload.record.get(key))
        for file in payload.files:
            kind_of(file)
        if any(
            declared.by_key[one.key].is_personal and not (one.basis and one.days) for one in crossing(share, letter)
        ):
            return Outcome("refused", "no_basis")
    except (msgspec.ValidationError, KeyError, ValueError):
        return Outcome("refused", "damaged")
    return Outcome("accepted")


def crossing(share: Share, letter: Letter) -> list[SharedField]:
    """The agreed fields of a letter."""
    return [one for one in share.fields if one.key in letter.fields]


def kind_of(file: SentFile) -> Kind:
    """The kind of file that it says it is; raises `ValueError` for one that nobody could have uploaded here."""
    found = kind_named(file.content_type)
    if found is None:
        raise ValueError(file.content_type)
    return found


def lasts(today: dt.date, last: dt.date, share: Share, letter: Letter) -> dt.date:
    """The last day of a copy: as its owner says, and no later than was agreed."""
    days = [one.days for one in crossing(share, letter) if one.personal and one.days]
    return min([letter.expires_on or last, last, *(today + dt.timedelta(days=number) for number in days)])
