// DICOM images may carry anything in their first 128 bytes: also the head of a program (CVE-2019-11687).

rule MedScan_DICOM_Hides_Program
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Medical image (DICOM) that is at the same time a program. It may hold patient data: do not delete it"
    severity = "critical"
    family = "DICOM polyglot"
    threat_type = "trojan"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2019-11687"
  condition:
    uint32(128) == 0x4D434944 and
    (uint16(0) == 0x5A4D or uint32(0) == 0x464C457F or
    uint32(0) == 0xFEEDFACE or uint32(0) == 0xFEEDFACF or uint32(0) == 0xCEFAEDFE or uint32(0) == 0xCFFAEDFE or
    uint32(0) == 0xBEBAFECA)
}

rule MedScan_DICOM_Hides_Script
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Medical image (DICOM) that begins like a script. It may hold patient data: do not delete it"
    severity = "high"
    family = "DICOM polyglot"
    threat_type = "trojan"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2019-11687"
  condition:
    // "#!" and "@echo"
    uint32(128) == 0x4D434944 and (uint16(0) == 0x2123 or (uint32(0) == 0x68636540 and uint8(4) == 0x6F))
}
