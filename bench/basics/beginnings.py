"""How files begin that hold no table of text, whatever they are called."""

from __future__ import annotations

_BEGINNINGS = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PAR1\x15": "Parquet",
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
    b"%PDF-": "PDF",
    b"\x89PNG": "a picture",
    b"\x89HDF": "HDF5",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"version https://git-lfs": "a pointer to data that are elsewhere",
    b"<!DOCTYPE html": "a web page",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
}
"""A column may be called PAR1: Parquet goes on with the type of a field."""


def foreign(start: bytes) -> str:
    """What sort of file begins with ``start``, 32 bytes, if not text in UTF-8; empty elsewhere."""
    for begins, what in _BEGINNINGS.items():
        if start.startswith(begins):
            return what
    return "UTF-16" if start[1:8:2] == bytes(4) or start[:8:2] == bytes(4) else ""
