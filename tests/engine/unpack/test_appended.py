"""Archives behind pictures, in scripts; pictures and scripts without any."""

import bz2
import gzip
import lzma
import random
import struct
import zlib

import pytest
import zstandard

from medscan_gui.engine.file_type import FileType
from medscan_gui.engine.unpack.picture_ends import end_of_picture
from medscan_gui.engine.unpack.source import MemorySource
from tests.engine.programs_made import pe
from tests.engine.unpack.conftest import SAMPLES, Look
from tests.samples import payload


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


_HEADER = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
_PNG = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", _HEADER) + _chunk(b"IDAT", zlib.compress(b"\0\0")) + _chunk(b"IEND", b"")
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda0008010100003f00") + b"pixels" * 90 + b"\xff\xd9"
_GIF = b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + b"!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
_BMP = b"BM" + struct.pack("<IIIIiiHHIIIIII", 62, 0, 54, 40, 1, 2, 1, 24, 0, 8, 0, 0, 0, 0) + bytes(8)
_PICTURES = {"png": _PNG, "jpeg": _JPEG, "gif": _GIF, "bmp": _BMP}
_SCRIPTS = {
    "sh": b'#!/bin/sh\ntail -n +4 "$0" | gzip -dc\nexit 0\n',
    "bat": b'@echo off\r\nexpand "%~f0" x\r\nexit /b\r\n',
    "php": b"<?php include 'compress.zlib://'.__FILE__; __HALT_COMPILER(); ?>\n",
}


def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


_ARCHIVES = {
    "7z": _sample("plain.7z"),
    "rar5": _sample("sample-5.rar"),
    "rar4": _sample("sample-4.rar"),
    "cab": _sample("sample.cab"),
    "arj": _sample("sample.arj"),
    "lzh": _sample("sample.lzh"),
    "chm": _sample("sample.chm"),
    "gz": gzip.compress(payload()),
    "xz": lzma.compress(payload()),
    "bz2": bz2.compress(payload()),
    "zst": zstandard.ZstdCompressor().compress(payload()),
}


@pytest.mark.parametrize("archive", _ARCHIVES)
@pytest.mark.parametrize("picture", _PICTURES)
def test_archive_behind_a_picture(picture: str, archive: str, look: Look) -> None:
    looked = look(_PICTURES[picture] + b"between" * 3 + _ARCHIVES[archive], name=b"picture")
    assert any(chain[0] == b"[appended]" for chain in looked.found)


@pytest.mark.parametrize("archive", _ARCHIVES)
@pytest.mark.parametrize("script", _SCRIPTS)
def test_archive_in_a_script(script: str, archive: str, look: Look) -> None:
    looked = look(_SCRIPTS[script] + _ARCHIVES[archive], name=b"script")
    assert any(chain[0] == b"[appended]" for chain in looked.found)


@pytest.mark.parametrize("picture", _PICTURES)
def test_end_of_a_picture(picture: str, look: Look) -> None:
    content = _PICTURES[picture]
    for behind in (b"", b"what a camera leaves, what a camera leaves", bytes(99)):
        source = MemorySource(b"x", content + behind)
        assert FileType(picture) in source.types
        assert end_of_picture(source) == len(content)
        looked = look(content + behind)
        assert (looked.counts, looked.troubles) == ({}, {})


@pytest.mark.parametrize("picture", _PICTURES)
def test_noise_behind_a_picture_is_no_archive(picture: str, look: Look) -> None:
    noise = random.Random(picture).randbytes(400_000)
    marks = b"7z\xbc\xaf\x27\x1c", b"MSCF\0\0\0\0", b"\x60\xea", b"-lh5-", b"ITSF", b"\x1f\x8b\x08", b"\xfd7zXZ\0"
    for mark in (*marks, b"\x28\xb5\x2f\xfd"):
        noise += mark + random.Random(mark).randbytes(300)
    looked = look(_PICTURES[picture] + noise)
    assert (looked.counts, looked.troubles) == ({}, {})


def test_broken_pictures_end_somewhere() -> None:
    for content in _PICTURES.values():
        for length in range(4, len(content)):
            assert 0 <= end_of_picture(MemorySource(b"x", content[:length])) <= length


@pytest.mark.parametrize("archive", ["gz", "lzh", "bz2", "7z", "zst"])
def test_archive_behind_filling_behind_a_program(archive: str, look: Look) -> None:
    for filling in (b"jj" * 30, b"j" * 1_200_000):
        looked = look(pe() + filling + _ARCHIVES[archive])
        assert any(chain[0] == b"[overlay]" for chain in looked.found)
