"""What people wrote about their actions."""

from __future__ import annotations

from services.chassis.crypto import Erased, Sealed, Vault


class Notes:
    """What people wrote about their actions, sealed with the key of the case."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, case_id: str, text: str) -> object:
        """Return a note as it is kept."""
        return self._vault.seal(case_id, text)

    def unseal(self, note: object) -> str | None:
        """Return a note as it was written; None where it has been erased."""
        if not isinstance(note, Sealed):
            return None
        try:
            return str(self._vault.open(note))
        except Erased:
            return None
