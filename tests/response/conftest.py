"""Services with their own journal and quarantine, and a device that may be cleaned."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medscan_gui.core.policy import PolicyCard, StoredCard
from medscan_gui.core.record import timestamp
from medscan_gui.services import Services, device_for, open_services
from medscan_gui.system.paths import find_paths
from medscan_gui.system.volumes import target_for_path


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(find_paths(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def cleanable(services: Services, disk: Path) -> Path:
    """Return the disk, with a policy card that allows clean-up."""
    allow(services, disk)
    return disk


def allow(services: Services, disk: Path, **fields: object) -> None:
    """Save a card for the device of this disk that allows clean-up."""
    card = PolicyCard(**{"clean_up": True, **fields})  # type: ignore[arg-type]
    device = device_for(services, target_for_path(str(disk)))
    services.journal.save_card(
        StoredCard(device_id=device.id, card=card, saved=timestamp(datetime.now(UTC)), operator="tester")
    )
