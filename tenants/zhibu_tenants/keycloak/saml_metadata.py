"""Reads a SAML 2.0 identity provider's metadata (OASIS saml-metadata-2.0-os): its name, its doors, its signing keys."""

from dataclasses import dataclass

from lxml import etree

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True)
class Metadata:
    """What we need of it; `by_post` says by which binding `sign_in` is asked, `certificates` are base64 without heads."""

    entity: str
    sign_in: str
    by_post: bool
    sign_out: str | None
    certificates: tuple[str, ...]


def read_metadata(text: bytes) -> Metadata:
    """Of one entity with one identity provider; raises `ValueError` for anything else."""
    # Nothing is fetched or expanded: metadata comes from outside.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the metadata is no XML: {error}") from error
    provider = root.find(f"{MD}IDPSSODescriptor")
    entity = root.get("entityID")
    if root.tag != f"{MD}EntityDescriptor" or provider is None or not entity:
        raise ValueError("the metadata describes no identity provider (EntityDescriptor with IDPSSODescriptor)")
    doors = _doors(provider, "SingleSignOnService")
    sign_in = doors.get(POST) or doors.get(REDIRECT)
    if not sign_in:
        raise ValueError("the metadata names no SingleSignOnService by HTTP-POST or HTTP-Redirect")
    certificates = _certificates(provider)
    if not certificates:
        raise ValueError("the metadata holds no signing certificate")
    outs = _doors(provider, "SingleLogoutService")
    return Metadata(entity, sign_in, POST in doors, outs.get(POST) or outs.get(REDIRECT), certificates)


def _doors(provider: "etree._Element", name: str) -> dict[str, str]:
    return {str(one.get("Binding")): str(one.get("Location")) for one in provider.findall(f"{MD}{name}")}


def _certificates(provider: "etree._Element") -> tuple[str, ...]:
    signing = [one for one in provider.findall(f"{MD}KeyDescriptor") if one.get("use") in (None, "signing")]
    texts = (found.text or "" for one in signing for found in one.iter(f"{DS}X509Certificate"))
    return tuple("".join(text.split()) for text in texts if text.strip())
