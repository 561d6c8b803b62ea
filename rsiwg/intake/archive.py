"""Zip archives, read in memory and never unpacked to disk.

The listing is checked before any byte is unpacked, and again while unpacking: an archive may lie.
"""

import io
import stat
import struct
import unicodedata
import zipfile
import zlib

import attrs

from rsiwg.errors import InvalidGeometry, TooLarge
from rsiwg.intake.shown import has_unseen, shown
from rsiwg.settings import Limits

_CHUNK = 65_536
_BYTES_PER_ENTRY = 2_048
"""Bytes of listing taken per entry: bounds the listing before it is parsed."""
_LONGEST_NAME = 255
_SMALL_ENTRY = 100_000
"""Entries up to this size may be packed more tightly than the ratio allows: blank text packs very well."""
_END = struct.Struct("<4s4H2LH")
_ARCHIVES = (".zip", ".kmz", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz")


@attrs.frozen
class Archive:
    """The entries of an archive that has passed the checks of its listing."""

    _zip: zipfile.ZipFile
    _limits: Limits
    names: tuple[str, ...]
    """Files only, in the order of the archive; what macOS adds is left out."""

    def read(self, name: str) -> bytes:
        """Unpack one entry.

        Raises:
            InvalidGeometry: it is damaged (its checksum is wrong, or it is cut short).
            TooLarge: it holds more than its listing says.
        """
        info = self._zip.getinfo(name)
        parts, size = [], 0
        try:
            with self._zip.open(info) as packed:
                while chunk := packed.read(_CHUNK):
                    size += len(chunk)
                    if size > info.file_size or size > self._limits.max_archive_bytes:
                        raise TooLarge(
                            f"{shown(name)} in the archive unpacks to more than its listing says: zip it again"
                        )
                    parts.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ):
            raise InvalidGeometry(
                f"{shown(name)} in the archive is damaged: zip it again and send it again"
            ) from None
        if size != info.file_size:
            raise InvalidGeometry(
                f"{shown(name)} in the archive is cut short: zip it again and send it again"
            )
        if parts and parts[0].startswith(b"PK\x03\x04"):
            raise InvalidGeometry(
                f"{shown(name)} is an archive within the archive: send the files in one zip"
            )
        return b"".join(parts)


def open_archive(data: bytes, limits: Limits) -> Archive:
    """Check the listing of a zip archive.

    Raises:
        InvalidGeometry: damaged, encrypted, nested, with data around it, or with a name that would
            reach outside of it or could be taken for another.
        TooLarge: too many entries, too many bytes, or packed too tightly.
    """
    _refuse_long_listing(data, limits)
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        struct.error,
        IndexError,
        OverflowError,
    ):
        raise InvalidGeometry("this zip archive is damaged or cut short: zip the files again") from None
    entries = opened.infolist()
    if len(entries) > limits.max_archive_entries:
        raise TooLarge(
            f"this archive has {len(entries):,} entries, over the limit of {limits.max_archive_entries:,} (max_archive_entries)"
        )
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_archive_bytes:
        raise TooLarge(
            f"this archive unpacks to {total:,} bytes, over the limit of {limits.max_archive_bytes:,} (max_archive_bytes)"
        )
    if entries and min(entry.header_offset for entry in entries) != 0:
        raise InvalidGeometry("this zip archive has other data before it: zip the files again")
    for entry in entries:
        _refuse_entry(entry, limits)
    _refuse_twins(entries)
    _refuse_overlap(entries)
    names = tuple(e.filename for e in entries if not e.is_dir() and not _added_by_macos(e.filename))
    return Archive(opened, limits, names)


def _refuse_long_listing(data: bytes, limits: Limits) -> None:
    """The end record says how long the listing is; it must also be the end of the file."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + _END.size > len(data):
        raise InvalidGeometry("this zip archive is cut short: zip the files again and send the whole file")
    _, _, _, _, count, size, _, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data):
        raise InvalidGeometry("this zip archive has other data after it: zip the files again")
    if count > limits.max_archive_entries or size > limits.max_archive_entries * _BYTES_PER_ENTRY:
        raise TooLarge(
            f"this archive has more than {limits.max_archive_entries:,} entries (max_archive_entries): send only what is needed"
        )


def _refuse_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = shown(entry.orig_filename)
    if entry.flag_bits & 0x2041:  # encrypted, strongly encrypted, or with a masked listing
        raise InvalidGeometry(f"{name} in the archive is encrypted: zip the files without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidGeometry(
            f"{name} in the archive is packed in an unusual way: zip the files with deflate"
        )
    if _is_unsafe(entry.orig_filename):
        raise InvalidGeometry(
            f'the archive has an entry called "{name}", which is not a plain file name: rename it'
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.create_system == 3 and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidGeometry(
            f"{name} in the archive is a link or a device, and not a file: zip the file itself"
        )
    if entry.filename.lower().endswith(_ARCHIVES):
        raise InvalidGeometry(f"{name} is an archive within the archive: send the files in one zip")
    if entry.file_size > max(_SMALL_ENTRY, entry.compress_size * limits.max_archive_ratio):
        raise TooLarge(
            f"{name} in the archive unpacks to over {limits.max_archive_ratio} times its packed size (max_archive_ratio)"
        )


def _is_unsafe(name: str) -> bool:
    steps = name.removesuffix("/").split("/")
    return (
        not name
        or len(name.encode("utf-8", "replace")) > _LONGEST_NAME
        or name.startswith("/")
        or "\\" in name
        or ":" in name
        or has_unseen(name)
        or any(step in ("", ".", "..") for step in steps)
    )


def _refuse_twins(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = unicodedata.normalize("NFKC", entry.filename).casefold().removesuffix("/")
        if key in seen:
            raise InvalidGeometry(
                f'two entries of the archive are called "{shown(entry.filename)}": keep one of them'
            )
        seen.add(key)


def _refuse_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share packed bytes: a bomb that its sizes alone do not show."""
    reached = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < reached:
            raise InvalidGeometry("entries of this zip archive overlap each other: zip the files again")
        reached = entry.header_offset + 30 + entry.compress_size


def _added_by_macos(name: str) -> bool:
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last.startswith("._") or last == ".DS_Store"
