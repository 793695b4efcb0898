// Sality: a virus that enters programs and travels on sticks and shares; common on old Windows devices.

rule MedScan_Sality_Marker_In_System_Ini
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Windows settings file that carries Sality's mark: this computer was infected"
    severity = "high"
    family = "Sality"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Virus:Win32/Sality.AT"
  strings:
    $section = "[MCIDR\x56_VER]" nocase
    $key = "DEVI\x43EMB=" nocase
  condition:
    filesize < 64KB and all of them
}

rule MedScan_Sality_Body
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Sality with its disguise removed, or its driver"
    severity = "critical"
    family = "Sality"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Virus:Win32/Sality.AT"
  strings:
    $s1 = "kukutrus\x74ednet777" ascii wide nocase
    $s2 = "purity_\x63ontrol_" ascii wide
    $s3 = "hh8geqp\x48JTkdns" ascii wide
    $s4 = "Op1m\x75tx9" ascii wide
    $s5 = "\\\\.\\a\x6Dsint32" ascii wide
    $s6 = "amsint\x332.sys" ascii wide nocase
  condition:
    filesize < 20MB and uint16(0) == 0x5A4D and 2 of them
}
