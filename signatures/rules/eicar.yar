/*
  The antivirus test file agreed on by the industry (EICAR). Harmless, and the sample of MedScan's own self-test.
  Its 68 characters are written here as bytes, in two halves, so that a resident antivirus leaves this file alone.
*/

rule MedScan_EICAR_Test_File
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "The EICAR antivirus test file: harmless, it proves that scanning works"
    severity = "medium"
    family = "EICAR"
    threat_type = "test"
    reference = "https://www.eicar.org/download-anti-malware-testfile/"
  strings:
    $first = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24 }
    $second = { 45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
  condition:
    filesize >= 68 and filesize <= 128 and $first at 0 and $second at 28
}
