"""The quarantine's vault."""

from medscan_gui.store.vault.errors import DamagedEntry, VaultError, VaultProblem
from medscan_gui.store.vault.names import new_id
from medscan_gui.store.vault.vault import Vault

__all__ = ["DamagedEntry", "Vault", "VaultError", "VaultProblem", "new_id"]
