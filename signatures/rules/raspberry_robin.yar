// Raspberry Robin: worm of 2021 and later; a shortcut reads a command from a small file and msiexec fetches the rest.

rule MedScan_Raspberry_Robin_Shortcut
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut on a USB stick that starts Raspberry Robin"
    severity = "critical"
    family = "Raspberry Robin"
    threat_type = "worm"
    reference = "https://redcanary.com/blog/raspberry-robin/"
  strings:
    $type = "/r t\x79pe " ascii wide nocase
    $pipe = "|cmd" ascii wide nocase
    $read = "/rc\x6Dd<" ascii wide nocase
    $fetch = /msiexec(\.exe)?"?[ ^]{1,4}[ -~]{0,60}http:\/\/[a-z0-9]{1,8}\.[a-z]{2,4}:8080\// ascii wide nocase
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and (($type and $pipe) or $read or $fetch)
}

rule MedScan_Raspberry_Robin_Command_File
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Small hidden file whose command makes Windows fetch Raspberry Robin"
    severity = "high"
    family = "Raspberry Robin"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S1130/"
  strings:
    $fetch = /msiexec(\.exe)?"?[ ^]{1,4}[ -~]{0,60}http:\/\/[a-z0-9]{1,8}\.[a-z]{2,4}:8080\// nocase
  condition:
    filesize < 64KB and uint16(0) != 0x5A4D and uint32(0) != 0x4C and $fetch
}
