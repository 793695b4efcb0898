// Andromeda, also called Gamarue or Wauchos: a bot that travels on USB sticks as a shortcut and a hidden library.

rule MedScan_Andromeda_Shortcut
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut on a USB stick that starts Andromeda (Gamarue)"
    severity = "critical"
    family = "Andromeda"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S1074/"
  strings:
    $host = "rund\x6Cl32" ascii wide nocase
    $s1 = ",_ld\x72@16" ascii wide nocase
    $s2 = "desktop.i\x6Ei RET TLS" ascii wide nocase
    $s3 = ".us\x62drv" ascii wide nocase
    $s4 = ".FA\x5432," ascii wide nocase
    $s5 = "~%\x57.ini" ascii wide nocase
    $s6 = "\\Indexer\x56olumeGuid" ascii wide nocase
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $host and any of ($s*)
}

rule MedScan_Andromeda_Loader
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Andromeda's (Gamarue's) hidden library on a USB stick"
    severity = "critical"
    family = "Andromeda"
    threat_type = "worm"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Worm:Win32/Gamarue"
  strings:
    $export = "_ld\x72@16"
    $data = "deskt\x6Fp.ini" ascii wide
  condition:
    filesize < 1MB and uint16(0) == 0x5A4D and
    (($export and $data) or filename matches /^~\$?w[a-z0-9]{0,10}\.(fat32|usbdrv|ini)$/i)
}

rule MedScan_Andromeda_Bot
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Andromeda's (Gamarue's) program, unpacked: the messages to its controller are legible"
    severity = "critical"
    family = "Andromeda"
    threat_type = "bot"
    reference = "https://attack.mitre.org/software/S1074/"
  strings:
    $request1 = "id:%lu|\x62id:%lu|"
    $request2 = "{\"id\":%lu,\"bi\x64\":%lu,\"os\":%lu"
  condition:
    filesize < 5MB and uint16(0) == 0x5A4D and any of them
}
