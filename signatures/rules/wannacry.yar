// WannaCry: ransom worm of May 2017, which stopped hospitals; it still moves between unpatched devices.

rule MedScan_WannaCry_Worm
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "WannaCry's spreading program, which attacks other computers over the network"
    severity = "critical"
    family = "WannaCry"
    threat_type = "ransomware"
    reference = "https://www.cisa.gov/news-events/alerts/2017/05/12/indicators-associated-wannacry-ransomware"
  strings:
    $s1 = "iuqerfsodp9ifjaposdf\x6Ahgosurijfaewrwergwea" ascii wide
    $s2 = "mssec\x73vc2.0" ascii wide
    $s3 = "mssecs\x76c.exe" ascii wide
    $s4 = "Microsoft Security \x43enter (2.0) Service" ascii wide
    $s5 = "C:\\%s\\q\x65riuwjhrf" ascii wide
    $s6 = "tasksc\x68e.exe" ascii wide
  condition:
    filesize < 20MB and uint16(0) == 0x5A4D and 3 of them
}

rule MedScan_WannaCry_Encryptor
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "WannaCry's encrypting program"
    severity = "critical"
    family = "WannaCry"
    threat_type = "ransomware"
    reference = "https://www.cisa.gov/news-events/alerts/2017/05/12/indicators-associated-wannacry-ransomware"
  strings:
    $s1 = "MsWinZonesCach\x65CounterMutexA" ascii wide
    $s2 = "WNcr\x79@2ol7" ascii wide
    $s3 = "icacls . /grant E\x76eryone:F /T /C /Q" ascii wide
    $s4 = "WanaC\x72ypt0r" ascii wide
    $s5 = "@WanaDecr\x79ptor@.exe" ascii wide
    $s6 = "tasksc\x68e.exe" ascii wide
    $s7 = "t.w\x6Ery" ascii wide
    $s8 = "c.w\x6Ery" ascii wide
  condition:
    filesize < 20MB and uint16(0) == 0x5A4D and 3 of them
}

rule MedScan_WannaCry_Encrypted_File
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "A file that WannaCry has encrypted: its data is lost without a backup"
    severity = "high"
    family = "WannaCry"
    threat_type = "ransomware"
    reference = "https://attack.mitre.org/software/S0366/"
  condition:
    // the eight letters of its own name, then the length of an encrypted key: 256 bytes
    uint32(0) == 0x414E4157 and uint32(4) == 0x21595243 and uint32(8) == 0x100 and filesize >= 0x118
}

rule MedScan_WannaCry_Note
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "The ransom note that WannaCry leaves"
    severity = "high"
    family = "WannaCry"
    threat_type = "ransomware"
    reference = "https://attack.mitre.org/software/S0366/"
  strings:
    $tool = "@WanaDecr\x79ptor@.exe" ascii wide
    $text = "Ooops, your importan\x74 files are encrypted" ascii wide
  condition:
    filesize < 64KB and uint16(0) != 0x5A4D and all of them
}

rule MedScan_WannaCry_Service_In_Registry
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Registry of a Windows disk on which WannaCry has installed its service"
    severity = "critical"
    family = "WannaCry"
    threat_type = "ransomware"
    reference = "https://attack.mitre.org/software/S0366/"
  strings:
    $name = "mssec\x73vc2.0"
    $shown = "Microsoft Security \x43enter (2.0) Service" wide
  condition:
    uint32(0) == 0x66676572 and all of them
}
