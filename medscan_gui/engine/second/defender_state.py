"""What Windows itself says of Microsoft Defender (WMI, root/Microsoft/Windows/Defender): state, versions, detections.

Asked through PowerShell with a command of ours, in which nothing comes from a scanned medium, and answered as JSON.
"""

from datetime import datetime

import msgspec

from medscan_gui.core.record import timestamp

#: The age that Windows tells where there are no signatures: the highest unsigned number of 32 bits.
_NO_AGE = 4_294_967_295

_STATUS_FIELDS = (
    "AMServiceEnabled,AntivirusEnabled,AMRunningMode,AMProductVersion,AMEngineVersion,AntivirusSignatureVersion,"
    "AntivirusSignatureAge"
)
#: One object: the state, and every detection that Windows remembers with the name of its threat.
QUERY = (
    "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
    "$n='root/Microsoft/Windows/Defender';"
    f"$s=Get-CimInstance -Namespace $n -ClassName MSFT_MpComputerStatus|Select-Object {_STATUS_FIELDS},"
    "@{n='Updated';e={if($_.AntivirusSignatureLastUpdated){"
    "$_.AntivirusSignatureLastUpdated.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')}else{''}}};"
    "$t=@{};Get-CimInstance -Namespace $n -ClassName MSFT_MpThreat|"
    "ForEach-Object{$t[[string]$_.ThreatID]=$_.ThreatName};"
    "$d=@(Get-CimInstance -Namespace $n -ClassName MSFT_MpThreatDetection|ForEach-Object{[pscustomobject]@{"
    "Id=[string]$_.DetectionID;Name=[string]$t[[string]$_.ThreatID];Threat=[string]$_.ThreatID;"
    "First=[string]$_.InitialDetectionTime.Ticks;Last=[string]$_.LastThreatStatusChangeTime.Ticks;"
    "Resources=@($_.Resources)}});"
    "[pscustomobject]@{Status=$s;Detections=$d}|ConvertTo-Json -Depth 4 -Compress"
)


class Status(msgspec.Struct, frozen=True, rename=None):
    """The state of Microsoft Defender (MSFT_MpComputerStatus)."""

    AMServiceEnabled: bool = False
    AntivirusEnabled: bool = False
    AMRunningMode: str = ""
    AMProductVersion: str = ""
    AMEngineVersion: str = ""
    AntivirusSignatureVersion: str = ""
    AntivirusSignatureAge: int = _NO_AGE
    Updated: str = ""

    @property
    def age_days(self) -> int | None:
        """Age of the signatures; None if there are none, or none is told."""
        return self.AntivirusSignatureAge if 0 <= self.AntivirusSignatureAge < 36_500 else None

    @property
    def switched_on(self) -> bool:
        """It scans when asked. In passive mode it leaves watching to another antivirus, and still does."""
        return self.AMServiceEnabled and self.AntivirusEnabled and "disabled" not in self.AMRunningMode.lower()

    @property
    def date(self) -> str:
        """When the signatures were updated, as records write it."""
        try:
            return timestamp(datetime.fromisoformat(self.Updated)) if self.Updated else ""
        except ValueError:
            return ""


class Detection(msgspec.Struct, frozen=True):
    """One detection that Windows remembers (MSFT_MpThreatDetection); times in ticks."""

    Id: str
    Name: str = ""
    Threat: str = ""
    First: str = ""
    Last: str = ""
    Resources: tuple[str, ...] = ()

    @property
    def files(self) -> list[tuple[str, str]]:
        """Kind and place of each resource: ``file:_C:\\x``."""
        parts = (resource.partition(":_") for resource in self.Resources)
        return [(kind, value) for kind, between, value in parts if between]


class State(msgspec.Struct, frozen=True):
    """What Windows answered."""

    Status: Status
    Detections: tuple[Detection, ...] = ()


def read_state(answer: bytes) -> State:
    """Read the answer to `QUERY`. Raises ValueError."""
    try:
        return msgspec.json.decode(answer.removeprefix(b"\xef\xbb\xbf"), type=State)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
