// Kwampirs: backdoor of the group called Orangeworm, found on computers that drive X-ray and MRI machines.

rule MedScan_Kwampirs_Program
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Kwampirs, a backdoor aimed at hospitals and imaging devices"
    severity = "critical"
    family = "Kwampirs"
    threat_type = "backdoor"
    reference = "https://attack.mitre.org/software/S0236/"
  strings:
    $service = "WmiAp\x53rvEx" ascii wide
    $shown = "WMI Performance \x41dapter Extension" ascii wide
    $start = "ControlTrace -\x45mbedding -k" ascii wide
  condition:
    filesize < 5MB and uint16(0) == 0x5A4D and 2 of them
}

rule MedScan_Kwampirs_Service_In_Registry
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Registry of a Windows disk on which Kwampirs has installed its service"
    severity = "critical"
    family = "Kwampirs"
    threat_type = "backdoor"
    reference = "https://attack.mitre.org/software/S0236/"
  strings:
    $service = "WmiAp\x53rvEx"
    $shown = "WMI Performance \x41dapter Extension" wide
    $start = "ControlTrace -\x45mbedding -k" wide
  condition:
    uint32(0) == 0x66676572 and 2 of them
}
