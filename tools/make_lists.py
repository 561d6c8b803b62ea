"""Write made-up list files in the published forms, for tests, examples and benchmarks; the same bytes for a seed.

Usage: python tools/make_lists.py FOLDER [--entries 300] [--seed 1]
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any

from made_up_names import COUNTRIES, PROGRAMMES, MadeUp

COLUMNS = [
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "title",
    "addresses",
    "federal_register_notice",
    "start_date",
    "end_date",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "remarks",
    "source_list_url",
    "alt_names",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "source_information_url",
    "ids",
]
SOURCES = {
    "SDN": "Specially Designated Nationals (SDN) - Treasury Department",
    "EL": "Entity List (EL) - Bureau of Industry and Security",
    "DPL": "Denied Persons List (DPL) - Bureau of Industry and Security",
    "MEU": "Military End User (MEU) List - Bureau of Industry and Security",
    "UVL": "Unverified List (UVL) - Bureau of Industry and Security",
    "ISN": "Nonproliferation Sanctions (ISN) - State Department",
    "DTC": "ITAR Debarred (DTC) - State Department",
}
MORE = 3  # aliases of each


def results(entries: int, seed: int) -> list[dict[str, Any]]:
    """Entries as the JSON form has them."""
    made = MadeUp(seed)
    pick = made.random.choice
    found = []
    for number in range(1, entries + 1):
        kind, name = made.entry()
        code = pick(("SDN", "SDN", "SDN", "EL", "EL", "DPL", "MEU", "UVL", "ISN", "DTC"))
        country = pick(COUNTRIES)
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {
            "_id": f"made-up-{seed}-{number}",
            "source": SOURCES[code],
            "entity_number": str(10_000 + number),
            "type": kind if code == "SDN" else "",
            "programs": [pick(PROGRAMMES)],
            "name": name,
            "addresses": [f"{number} {made.stem()} Street, {made.stem()}, {country}"],
            "federal_register_notice": f"{80 + number % 10} F.R. {10_000 + number} 10/01/2017",
            "start_date": "2017-10-01",
            "alt_names": [made.alias(kind, name) for _ in range(MORE)],
            "nationalities": [country] if kind == "Individual" else [],
            "dates_of_birth": [f"{1940 + number % 50}-0{1 + number % 9}-1{number % 10}"]
            if kind == "Individual"
            else [],
            "ids": [f"Passport, X{7_000_000 + number}, {country}"] if number % 3 == 0 else [],
            "remarks": "Made up",
        }
        found.append(row)
    return found


def write_csl_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the CSV form: several values in a cell are joined by a semicolon."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(["; ".join(v) if isinstance(v, list) else v for v in row.values()])


def write_csl_json(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the JSON form."""
    path.write_text(json.dumps({"results": rows}, ensure_ascii=False), "utf-8")


def main() -> None:
    """Write consolidated.csv and watch-names.csv."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = results(options.entries, options.seed)
    write_csl_csv(options.folder / "consolidated.csv", rows)
    (options.folder / "watch-names.csv").write_text(
        "list,id,name,kind,aliases,country,reason\n"
        "denial,D-1,Brolka Skyview LLC,entity,Brolka Sky,CY,Denied in 2024: end use not shown\n"
        "watch,W-1,Veltrona Imaging Co.,entity,,HK,Asked twice under other names\n",
        "utf-8",
    )
    print(f"{len(rows)} made-up entries in {options.folder}")


if __name__ == "__main__":
    main()
