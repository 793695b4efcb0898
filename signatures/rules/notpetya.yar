// NotPetya: destroyer of June 2017; encrypts files and the start of the disk, and spreads over the network.

rule MedScan_NotPetya_Library
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "NotPetya's program, which destroys the disk's contents and spreads over the network"
    severity = "critical"
    family = "NotPetya"
    threat_type = "wiper"
    reference = "https://www.cisa.gov/news-events/alerts/2017/07/01/petya-ransomware"
  strings:
    $s1 = "wowsmith1234\x356@posteo.net" ascii wide
    $s2 = "1Mz7153HMuxXTuR2R\x31t78mGSdzaAtNbBWX" ascii wide
    $s3 = "fsutil usn dele\x74ejournal /D %c:" ascii wide
    $s4 = "wevtutil cl Setup & \x77evtutil cl System" ascii wide
    $s5 = "Ooops, your importan\x74 files are encrypted" ascii wide
    $s6 = "dllho\x73t.dat" ascii wide
    $s7 = "/Create /SC on\x63e /TN \"\" /TR" ascii wide
    $s8 = "process call create \"C:\\Wi\x6Edows\\System32\\rundll32.exe" ascii wide
  condition:
    filesize < 5MB and uint16(0) == 0x5A4D and 3 of them
}

rule MedScan_NotPetya_Note
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "NotPetya's note or boot screen: this disk was attacked"
    severity = "critical"
    family = "NotPetya"
    threat_type = "wiper"
    reference = "https://attack.mitre.org/software/S0368/"
  strings:
    $mail = "wowsmith1234\x356@posteo.net"
    $account = "1Mz7153HMuxXTuR2R\x31t78mGSdzaAtNbBWX"
    $text = "Ooops, your importan\x74 files are encrypted"
  condition:
    uint16(0) != 0x5A4D and all of them
}
