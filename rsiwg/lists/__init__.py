"""Files at the edge of party screening: lists of names, their versions, and files of parties."""

from rsiwg.lists.parties_file import PartiesFile, read_parties, read_parties_json
from rsiwg.lists.versions import Lists, Loaded, current, load, read_folder, versions

__all__ = [
    "Lists",
    "Loaded",
    "PartiesFile",
    "current",
    "load",
    "read_folder",
    "read_parties",
    "read_parties_json",
    "versions",
]
