"""What the form of an agreement says, as a proposal; and an agreement's words as the form's values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.reading import Agreement
from zhibu_core.spaces.terms import MOST_PARTIES, Contact, Party, Share, SharedField, Terms
from zhibu_core.tenancy.scope import Scope
from zhibu_web.forms import day_in

AS_BEFORE = "before"
"""Who gives records of a kind: the same as now, where that is neither everybody, nor we, nor all the others."""


@dataclass(frozen=True)
class Form:
    """The form as it stands: single values by name, and the fields chosen of each kind.

    Further organizations of other tenants stand under `other-2`, `other_organization-2` and so on; `rows` are shown. The reason
    of one field alone, if it has one, stands under `why-<kind>-<field>`, else it has the kind's, `reason-<kind>`.
    """

    values: Mapping[str, str]
    chosen: Mapping[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def rows(self, *, least: int) -> list[str]:
        """How the names of the shown rows of other organizations end: those sent, one more where that was asked for."""
        sent = sum(name.startswith("other_organization") for name in self.values)
        asked = max(sent, least) + (self["do"] == "add")
        return ["" if number == 1 else f"-{number}" for number in range(1, min(asked, MOST_PARTIES) + 1)]

    def others(self) -> list[Other]:
        """The other organizations that are filled in, wholly or in part."""
        pairs = ((self[f"other{row}"], self[f"other_organization{row}"]) for row in self.rows(least=1))
        return [Other(slug, name=name) for slug, name in pairs if slug or name]


def proposal_of(given: Form, kinds: Sequence[str], who: Scope, whole: Agreement | None) -> Proposal:
    """What the form says; what it does not show (other sides' contacts, kinds that are off here) stays as it was.

    Raises `InvalidInput` for a day that is none.
    """
    before = whole.terms(whole.newest) if whole else None
    others = (*_others(before, who), *given.others())
    kept = [one for one in before.contacts if one.slug != who.tenant.slug] if before else []
    shares = [share for kind in kinds if (share := _share(given, kind, who, others, before))]
    if before:
        shares += [_as_asked(one) for one in before.shares if one.kind not in kinds]
    return Proposal(
        title=given["title"],
        purpose=given["purpose"],
        organizations=tuple(filter(None, (line.strip() for line in given["organizations"].splitlines()))),
        others=others,
        starts_on=day_in(given["starts_on"], "starts_on"),
        ends_on=day_in(given["ends_on"], "ends_on"),
        review_on=day_in(given["review_on"], "review_on") if given["review_on"] else None,
        shares=tuple(shares),
        contacts=(*kept, *_contacts(given, who)),
    )


def form_of(whole: Agreement) -> Form:
    """The newest words as form values."""
    terms = whole.terms(whole.newest)
    own = [one for one in terms.parties if one.tenant == whole.own]
    contact = next((one for one in terms.contacts if own and one.slug == own[0].slug), None)
    values = {
        "title": terms.title,
        "purpose": terms.purpose,
        "organizations": "\n".join(one.code or one.name for one in own),
        "starts_on": str(terms.starts_on),
        "ends_on": str(terms.ends_on),
        "review_on": str(terms.review_on or ""),
        "contact": contact.name if contact else "",
        "contact_post": contact.post if contact else "",
        "contact_reach": contact.reach if contact else "",
    }
    for share in terms.shares:
        values |= _values(share, terms, own)
    return Form(values, {share.kind: [one.key for one in share.fields] for share in terms.shares})


def _values(share: Share, terms: Terms, own: Sequence[Party]) -> dict[str, str]:
    """What the form shows of a kind: the reason that most fields have, and those of the others apart."""
    usual, personal = _usual(share), _personal(share)
    apart = {f"why-{share.kind}-{one.key}": one.reason for one in share.fields if one.reason != usual}
    return {
        f"reason-{share.kind}": usual,
        f"by-{share.kind}": _giver(share, terms, own),
        f"basis-{share.kind}": personal.basis if personal else "",
        f"days-{share.kind}": str(personal.days) if personal else "",
        **apart,
    }


def _giver(share: Share, terms: Terms, own: Sequence[Party]) -> str:
    by, mine = set(share.by), {one.slug for one in own}
    named = {"all": set[str](), "own": mine, "other": set(terms.tenants.values()) - mine}
    return next((key for key, slugs in named.items() if slugs == by), AS_BEFORE)


def _usual(share: Share) -> str:
    return Counter(one.reason for one in share.fields).most_common(1)[0][0]


def _personal(share: Share) -> SharedField | None:
    return next((one for one in share.fields if one.personal), None)


def _others(before: Terms | None, who: Scope) -> list[Other]:
    """Those that the words name already."""
    parties = before.parties if before else ()
    return [Other(one.slug, one.code, one.name) for one in parties if one.slug != who.tenant.slug]


def _contacts(given: Form, who: Scope) -> list[Contact]:
    if not given["contact"]:
        return []
    return [Contact(who.tenant.slug, given["contact"], given["contact_post"], given["contact_reach"])]


def _share(given: Form, kind: str, who: Scope, others: Sequence[Other], before: Terms | None) -> AskedShare | None:
    keys = given.chosen.get(kind, [])
    if not keys:
        return None
    old = next((one for one in before.shares if one.kind == kind), None) if before else None
    slugs = tuple(dict.fromkeys(one.slug for one in others))
    by = {"own": (who.tenant.slug,), "other": slugs, AS_BEFORE: old.by if old else ()}
    fields = tuple(_field(given, kind, key, old) for key in keys)
    return AskedShare(kind, fields, by.get(given[f"by-{kind}"], ()))


def _field(given: Form, kind: str, key: str, old: Share | None) -> AskedField:
    """A field with its reason; a personal one keeps its own basis and days where those of the kind were not touched."""
    days, was = given[f"days-{kind}"], old.field(key) if old else None
    number = int(days) if days.isdecimal() and len(days) < 4 else None
    basis, usual = given[f"basis-{kind}"], _personal(old) if old else None
    if was and was.personal and usual and (basis, number) == (usual.basis, usual.days):
        basis, number = was.basis, was.days
    return AskedField(key, given[f"why-{kind}-{key}"] or given[f"reason-{kind}"], basis, number)


def _as_asked(share: Share) -> AskedShare:
    fields = tuple(AskedField(one.key, one.reason, one.basis, one.days) for one in share.fields)
    return AskedShare(share.kind, fields, share.by)
