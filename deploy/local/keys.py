"""The secrets of one installation: made once, readable by nobody else, never printed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from deploy.local.definitions import OPERATOR, OWNER, BusUser, operator_user, service_user

VAULT_KEY_BYTES = 96  # what MongoDB's local key provider takes
BLIND_INDEX_KEY_BYTES = 32
SERVICES_WITH_A_VAULT = ("referrals", "risk", "sessions", "notifications")
BUS_SERVICES = (*SERVICES_WITH_A_VAULT, "portal")
BUS_USERS = (OWNER, OPERATOR, *BUS_SERVICES)


@dataclass(frozen=True, slots=True)
class Keys:
    """The files of the secrets in one folder."""

    folder: Path

    @property
    def token_private(self) -> Path:
        """Return the portal's signing key (Ed25519, PEM)."""
        return self.folder / "token-private.pem"

    @property
    def token_public(self) -> Path:
        """Return the key that every service checks tokens with (PEM)."""
        return self.folder / "token-public.pem"

    @property
    def blind_index(self) -> Path:
        """Return the key of the index by which referrals match a woman (32 bytes)."""
        return self.folder / "blind-index.key"

    def bus_password(self, user: str) -> str:
        """Return the password of a service, the owner or operators on the private broker."""
        return (self.folder / f"{user}-bus-password").read_text()

    @property
    def bus_cookie(self) -> str:
        """Return the secret that admits to the private broker's node."""
        return (self.folder / "bus-cookie").read_text()

    def bus_users(self) -> list[BusUser]:
        """Return the users of the bus: the owner, who may everything, operators, each service."""
        return [
            BusUser(OWNER, self.bus_password(OWNER)),
            operator_user(self.bus_password(OPERATOR)),
            *(service_user(name, self.bus_password(name)) for name in BUS_SERVICES),
        ]

    def vault(self, service: str) -> Path:
        """Return the master key of a service's key vault (96 bytes)."""
        return self.folder / f"{service}-vault.key"


def ensure_keys(folder: Path) -> Keys:
    """Return the secrets in a folder; those that are missing are made, the others are kept."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys(folder)
    _ensure(keys.blind_index, secrets.token_bytes(BLIND_INDEX_KEY_BYTES))
    _ensure(folder / "bus-cookie", secrets.token_hex(20).encode())
    for user in BUS_USERS:
        ensure_password(folder / f"{user}-bus-password")
    for service in SERVICES_WITH_A_VAULT:
        _ensure(keys.vault(service), secrets.token_bytes(VAULT_KEY_BYTES))
    _ensure_token_pair(keys)
    return keys


def ensure_password(path: Path) -> None:
    """Make a password that nobody has seen, unless its file is there."""
    _ensure(path, secrets.token_urlsafe(24).encode())


def _ensure_token_pair(keys: Keys) -> None:
    made = Ed25519PrivateKey.generate()
    _ensure(
        keys.token_private,
        made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    kept = load_pem_private_key(keys.token_private.read_bytes(), password=None)
    public = kept.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _ensure(keys.token_public, public)


def _ensure(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
