// Notes left by groups that have attacked hospitals. The note is not dangerous; it says that the files were attacked.

rule MedScan_Ransom_Note_Ryuk
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Ransom note of Ryuk: files on this device or share were encrypted"
    severity = "high"
    family = "Ryuk"
    threat_type = "ransomware"
    reference = "https://attack.mitre.org/software/S0446/"
  strings:
    $motto = "balance of sh\x61dow universe" ascii wide nocase
    $name = "Ryuk" ascii wide
  condition:
    filesize < 32KB and uint16(0) != 0x5A4D and all of them
}

rule MedScan_Ransom_Note_Conti
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Ransom note of Conti: files on this device or share were encrypted"
    severity = "high"
    family = "Conti"
    threat_type = "ransomware"
    reference = "https://attack.mitre.org/software/S0575/"
  strings:
    $text = "currently encr\x79pted by CONTI" ascii wide nocase
    $site1 = "contir\x65covery" ascii wide nocase
    $site2 = "contirec7nchr45rx6ympez5rjld\x69bnqzh7lsa56lvjvaeywhvoj3wad" ascii wide
  condition:
    filesize < 32KB and uint16(0) != 0x5A4D and $text and any of ($site*)
}

rule MedScan_Ransom_Note_LockBit
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Ransom note of LockBit: files on this device or share were encrypted"
    severity = "high"
    family = "LockBit"
    threat_type = "ransomware"
    reference = "https://www.cisa.gov/news-events/cybersecurity-advisories/aa23-165a"
  strings:
    $name = /LockBit [23]\.0 (Ransomware|the world's fastest)/ ascii wide nocase
    $site = "lockb\x69tapt" ascii wide nocase
    $text = "data are stole\x6E and encrypted" ascii wide nocase
  condition:
    filesize < 32KB and uint16(0) != 0x5A4D and $name and ($site or $text)
}

rule MedScan_Ransom_Note_Hive
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Ransom note of Hive: files on this device or share were encrypted"
    severity = "high"
    family = "Hive"
    threat_type = "ransomware"
    reference = "https://www.cisa.gov/news-events/cybersecurity-advisories/aa22-321a"
  strings:
    $site = "hivecust6vhekztbqgdnkks64uce\x68qacge3dij3gyrrpdp57zoq3ooqd" ascii wide
    $sales = "hiveleakdbtnp76ulyhi52eag6c6\x74yc3xw7ez7iqy6wc34gd2nekazyd" ascii wide
  condition:
    filesize < 32KB and uint16(0) != 0x5A4D and any of them
}
