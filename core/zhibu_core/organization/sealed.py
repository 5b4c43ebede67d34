"""A person's sensitive values, sealed as one ciphertext, found by blind index, shown masked (tenancy-security.md 5)."""

import uuid
from typing import Any

import msgspec

from zhibu_core.crypto.fields import FieldCipher

COLUMN = "person.sealed"


class PersonSecrets(msgspec.Struct, frozen=True, omit_defaults=True):
    """Citizen id (18 characters), mobile phone, telephone and address; None where not known."""

    citizen_id: str | None = None
    phone: str | None = None
    telephone: str | None = None
    address: str | None = None

    def masked(self) -> "PersonSecrets":
        """What may be shown to everybody who may read the person."""
        return PersonSecrets(
            citizen_id=mask_citizen_id(self.citizen_id),
            phone=mask_phone(self.phone),
            telephone=mask_phone(self.telephone),
            address=mask_address(self.address),
        )


def sealed_columns(cipher: FieldCipher, person: uuid.UUID, secrets: PersonSecrets) -> dict[str, Any]:
    """The three columns of `person`: sealed, citizen_id_index, phone_index."""
    return {
        "sealed": cipher.seal(msgspec.json.encode(secrets), person),
        "citizen_id_index": cipher.index(f"id|{secrets.citizen_id}") if secrets.citizen_id else None,
        "phone_index": cipher.index(f"phone|{secrets.phone}") if secrets.phone else None,
    }


def citizen_id_index(cipher: FieldCipher, citizen_id: str) -> bytes:
    """The blind index by which a person is found by citizen id."""
    return cipher.index(f"id|{citizen_id}")


def open_secrets(cipher: FieldCipher, person: uuid.UUID, sealed: bytes | None) -> PersonSecrets:
    """The values; raises `Unavailable` where the key does not fit."""
    if sealed is None:
        return PersonSecrets()
    return msgspec.json.decode(cipher.open(sealed, person), type=PersonSecrets)


def mask_citizen_id(value: str | None) -> str | None:
    """110***********1234"""
    return value and f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"


def mask_phone(value: str | None) -> str | None:
    """138****1234"""
    if not value:
        return value
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 9 else "*" * len(value)


def mask_address(value: str | None) -> str | None:
    """The first six characters, which name the region."""
    return value and value[:6] + "***"
