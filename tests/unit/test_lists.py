"""Lists as stewards supply them, whole and broken.  Every entry is made up."""

import csv
import datetime as dt
import io
import json
import sys
from pathlib import Path

import pytest

from rsiwg.errors import InvalidLists, InvalidSubmission, NotFound
from rsiwg.lists import current, load, read_folder, read_parties, versions
from rsiwg.lists.countries import country_code, country_of_address

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_lists import COLUMNS, results, write_csl_csv, write_csl_json

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def folder_with(tmp_path, **files):
    folder = tmp_path / "raw"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def csl(rows=None, columns=COLUMNS, **changes):
    """The CSV form with some rows; `changes` overwrite fields of the first."""
    rows = [dict(r) for r in rows or results(3, 1)]
    rows[0] |= changes
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({k: "; ".join(v) if isinstance(v, list) else v for k, v in row.items()} for row in rows)
    return out.getvalue()


def loaded(tmp_path, folder, **options):
    given = {"now": NOW, "shrink_share": 0.05, "retrieved_on": dt.date(2026, 11, 25)}
    return load(folder, tmp_path / "lists", **given | options)


# ------------------------------------------------------------------------------- the published forms


def test_csv_and_json_say_the_same(tmp_path):
    rows = results(20, 1)
    write_csl_csv(tmp_path / "consolidated.csv", rows)
    write_csl_json(tmp_path / "consolidated.json", rows)
    one, other = (read_folder(tmp_path / name) for name in ("consolidated.csv", "consolidated.json"))
    assert one.entries == other.entries
    assert one.version.sha256 == other.version.sha256


def test_an_entry_has_what_the_list_says(tmp_path):
    row = results(3, 1)[0] | {
        "name": "Drevom Marine",
        "alt_names": ["A One", "B Two"],
        "ids": ["Passport, X7000001, IR"],
    }
    (entry,) = read_folder(folder_with(tmp_path, consolidated__csv=csl([row]))).entries
    assert entry.list == row["source"].split("(")[1].split(")")[0]
    assert (entry.name, entry.aliases, entry.identifiers) == (
        "Drevom Marine",
        ("A One", "B Two"),
        ("X7000001",),
    )
    assert entry.federal_register == (row["federal_register_notice"],)
    assert entry.countries == (row["addresses"][0][-2:],)
    assert entry.start_on == dt.date(2017, 10, 1)


SDN = '36,"DREVOM, Ivan","individual","SDGT] [IRAN","Director",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 17 May 1970; Passport A1234567 (Iran)."\n'
ALT = '36,12,"aka","DREVOMSKI, Ivan","-0- "\n'
ADD = '36,25,"1 Brolka Street","Tehran","Iran","-0- "\n\x1a'


def test_the_files_of_ofac_are_joined(tmp_path):
    lists = read_folder(folder_with(tmp_path, SDN__CSV=SDN, alt__csv=ALT, ADD__CSV=ADD))
    (entry,) = lists.entries
    assert (entry.key, entry.kind, entry.programmes) == ("SDN/36", "individual", ("SDGT", "IRAN"))
    assert entry.aliases == ("DREVOMSKI, Ivan",)
    assert (entry.countries, entry.born_on, entry.identifiers) == (("IR",), ("1970-05-17",), ("A1234567",))


@pytest.mark.parametrize("missing", ["ALT.CSV", "ADD.CSV"])
def test_without_the_aliases_the_files_of_ofac_are_refused(tmp_path, missing):
    folder = folder_with(tmp_path, SDN__CSV=SDN, ALT__CSV=ALT, ADD__CSV=ADD)
    (folder / missing).unlink()
    with pytest.raises(InvalidLists, match=f"{missing} is missing"):
        read_folder(folder)


XML = """<?xml version="1.0"?><sdnList xmlns="http://tempuri.org/sdnList.xsd">
<publshInformation><Publish_Date>11/24/2026</Publish_Date><Record_Count>{count}</Record_Count></publshInformation>
<sdnEntry><uid>36</uid><firstName>Ivan</firstName><lastName>DREVOM</lastName><sdnType>Individual</sdnType>
<programList><program>SDGT</program></programList><akaList><aka><uid>12</uid><lastName>DREVOMSKI</lastName></aka></akaList>
<addressList><address><uid>25</uid><city>Tehran</city><country>Iran</country></address></addressList>
<dateOfBirthList><dateOfBirthItem><uid>1</uid><dateOfBirth>17 May 1970</dateOfBirth></dateOfBirthItem></dateOfBirthList>
</sdnEntry></sdnList>"""


def test_the_xml_of_ofac_is_read(tmp_path):
    (entry,) = read_folder(folder_with(tmp_path, sdn__xml=XML.format(count=1))).entries
    assert (entry.key, entry.name, entry.aliases) == ("SDN/36", "Ivan DREVOM", ("DREVOMSKI",))
    assert (entry.countries, entry.born_on) == (("IR",), ("1970-05-17",))


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(XML.format(count=2), id="fewer entries than it states"),
        pytest.param(XML.format(count=1)[:300], id="cut off"),
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', id="an entity"),
        pytest.param("", id="empty"),
    ],
)
def test_a_broken_xml_is_refused(tmp_path, xml):
    with pytest.raises(InvalidLists, match=r"sdn\.xml"):
        read_folder(folder_with(tmp_path, sdn__xml=xml))


OWN = "list,id,name,country,reason\ndenial,D-1,Brolka Skyview LLC,CY,Denied in 2024\nwatch,W-1,Veltrona,HK,Asked twice\n"


def test_the_lists_of_the_group_are_read(tmp_path):
    entries = read_folder(folder_with(tmp_path, mine__csv=OWN)).entries
    assert [e.key for e in entries] == ["OWN-DENIAL/D-1", "OWN-WATCH/W-1"]
    assert entries[0].remarks == "Denied in 2024"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("deny,D-2,Brolka,CY,x", "write denial or watch"),
        ("denial,,Brolka,CY,x", "id is empty"),
        ("denial,D-1,Brolka,CY,x", "there twice"),
        ("denial,D-2,Brolka,Atlantis,x", "country"),
        ("denial,D-2,Brolka,CY,", "reason is empty"),
        ("denial,D-2,=cmd|' /C calc'!A0,CY,x", "formula"),
        ("denial,D-2,Brolka,CY", "4 cells"),
    ],
)
def test_a_wrong_row_is_named_and_kept_apart(tmp_path, row, why):
    version = read_folder(folder_with(tmp_path, mine__csv=OWN + row + "\n")).version
    ((file, number, says),) = [(r.file, r.row, r.why) for r in version.rejected]
    assert (file, number) == ("mine.csv", 4)
    assert why in says
    assert version.entry_count == 2


# ------------------------------------------------------------------------------------- broken files


@pytest.mark.parametrize("column", ["name", "alt_names", "_id"])
def test_a_missing_column_refuses_the_file_by_its_name(tmp_path, column):
    text = csl(columns=[c for c in COLUMNS if c != column])
    with pytest.raises(InvalidLists, match=rf"consolidated.csv, row 1: the column {column} is missing"):
        read_folder(folder_with(tmp_path, consolidated__csv=text))


def test_columns_in_another_order_are_read_by_their_names(tmp_path):
    usual = read_folder(folder_with(tmp_path, consolidated__csv=csl()))
    other = read_folder(folder_with(tmp_path, consolidated__csv=csl(columns=COLUMNS[::-1])))
    assert other.entries == usual.entries
    assert "published order" in other.version.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_encoding_is_recognised(tmp_path, encoding):
    lists = read_folder(folder_with(tmp_path, consolidated__csv=csl(name="Société Brólka").encode(encoding)))
    assert "Société Brólka" in {e.name for e in lists.entries}
    assert any("Windows-1252" in note for note in lists.version.notes) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"PK\x03\x04\x00\x00", "not text", id="a spreadsheet"),
        pytest.param(b"", "empty", id="empty"),
        pytest.param(csl().encode() + b'"cut off', "cut off", id="an open quotation"),
        pytest.param(b"\xff\xfe\x00", "utf-16", id="half a UTF-16 letter"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, data, says):
    with pytest.raises(InvalidLists, match=says):
        read_folder(folder_with(tmp_path, consolidated__csv=data))


@pytest.mark.parametrize("text", ['{"results": [{"name": "A"', '{"result": []}', "[[[[", "null"])
def test_broken_json_is_refused(tmp_path, text):
    with pytest.raises(InvalidLists, match=r"consolidated.json"):
        read_folder(folder_with(tmp_path, consolidated__json=text))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"name": "x" * 10_000}, "10,000 characters", id="a name of 10,000 letters"),
        pytest.param({"name": "=HYPERLINK(1)"}, "formula", id="a formula"),
        pytest.param({"name": ""}, "empty", id="no name"),
        pytest.param({"name": "\u200b\u202e"}, "no letter", id="only invisible signs"),
        pytest.param({"name": "A\x07B"}, "control", id="a control character"),
        pytest.param({"source": ""}, "source is empty", id="no source"),
        pytest.param({"end_date": "soon"}, "end_date", id="no day"),
    ],
)
def test_a_wrong_row_of_the_consolidated_list_is_kept_apart(tmp_path, changes, why):
    lists = read_folder(folder_with(tmp_path, consolidated__csv=csl(**changes)))
    (row,) = lists.version.rejected
    assert row.row == 2
    assert why in row.why
    assert len(lists.entries) == 2


def test_marks_that_turn_writing_round_do_not_hide_a_name(tmp_path):
    lists = read_folder(folder_with(tmp_path, consolidated__csv=csl(name="\u202eBrolka\u202c Sky")))
    assert lists.version.rejected == ()


# ------------------------------------------------------------------------------------------ versions


def test_a_load_is_kept_whole_dated_and_hashed(tmp_path):
    found = loaded(tmp_path, folder_with(tmp_path, consolidated__csv=csl()))
    assert found.is_new
    (version,) = versions(tmp_path / "lists")
    assert version == found.version
    assert current(tmp_path / "lists").entries == read_folder(tmp_path / "raw").entries
    assert set(version.files) == {"consolidated.csv"}


def test_the_same_files_of_the_same_day_add_nothing(tmp_path):
    folder = folder_with(tmp_path, consolidated__csv=csl())
    loaded(tmp_path, folder)
    assert not loaded(tmp_path, folder).is_new
    assert loaded(tmp_path, folder, retrieved_on=dt.date(2026, 11, 24)).is_new
    assert len(versions(tmp_path / "lists")) == 2


@pytest.mark.parametrize(
    ("left", "is_taken"), [(94, False), (95, True), (96, True)], ids=["just below", "at", "above"]
)
def test_a_list_may_shrink_by_the_share_and_no_more(tmp_path, left, is_taken):
    rows = [r | {"source": "Entity List (EL) - Bureau of Industry and Security"} for r in results(100, 1)]
    loaded(tmp_path, folder_with(tmp_path, consolidated__csv=csl(rows)))
    smaller = folder_with(tmp_path, consolidated__csv=csl(rows[:left]))
    if is_taken:
        assert loaded(tmp_path, smaller).is_new
        return
    with pytest.raises(
        InvalidLists, match=r"the list EL has 94 entries where the version of 2026-11-25 has 100"
    ):
        loaded(tmp_path, smaller)
    assert len(versions(tmp_path / "lists")) == 1, "nothing half-loaded"
    assert not list((tmp_path / "lists" / "versions").glob(".*"))
    assert "Accepted by the steward" in loaded(tmp_path, smaller, accept_shrink=True).version.notes[-1]


def test_a_list_that_is_gone_refuses_the_load(tmp_path):
    loaded(tmp_path, folder_with(tmp_path, consolidated__csv=csl(), mine__csv=OWN))
    (tmp_path / "raw" / "mine.csv").unlink()
    with pytest.raises(InvalidLists, match="OWN-DENIAL has 0 entries"):
        loaded(tmp_path, tmp_path / "raw")


def test_a_version_that_was_altered_is_refused(tmp_path):
    place = loaded(tmp_path, folder_with(tmp_path, consolidated__csv=csl())).folder
    entries = place / "entries.jsonl"
    entries.write_text(entries.read_text("utf-8").replace("Made up", "Altered"), "utf-8")
    with pytest.raises(InvalidLists, match="altered"):
        current(tmp_path / "lists")


def test_the_version_of_a_day_is_found(tmp_path):
    for day in (20, 22):
        folder = folder_with(tmp_path, consolidated__csv=csl(results(3, day)))
        loaded(tmp_path, folder, retrieved_on=dt.date(2026, 11, day), accept_shrink=True)
    lists = tmp_path / "lists"
    on = {d: current(lists, dt.date(2026, 11, d)).version.retrieved_on.day for d in (19, 20, 21, 22, 23)}
    assert on == {19: 20, 20: 20, 21: 20, 22: 22, 23: 22}


def test_lists_of_tomorrow_are_refused(tmp_path):
    with pytest.raises(InvalidLists, match="after today"):
        loaded(tmp_path, folder_with(tmp_path, consolidated__csv=csl()), retrieved_on=dt.date(2026, 11, 26))


def test_no_folder_is_said(tmp_path):
    with pytest.raises(NotFound, match="rsiwg lists load"):
        current(tmp_path / "none")


# -------------------------------------------------------------------------------- countries, parties


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Korea, North", "KP"), ("Congo, Democratic Republic of the", "CD"), ("Burma", "MM"), ("Türkiye", "TR"),
        ("Иран", "IR"), ("Côte d'Ivoire", "CI"), ("ir", "IR"), ("Russian Federation", "RU"), ("Atlantis", None), ("ZZ", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_many_names(written, code):
    assert country_code(written) == code


def test_the_country_of_an_address_is_its_end():
    assert country_of_address("1 Brolka Street, Tehran, IR") == "IR"
    assert country_of_address("Tehran, Iran") == "IR"
    assert country_of_address("1 Brolka Street") is None


def test_parties_are_read_from_csv_and_json():
    table = (
        b"id,name,role,country,aliases,owners,longitude,latitude\nA,Acme,customer,us,Ac;Me,B=33.3;C=?,18,59\n"
    )
    document = json.dumps({"parties": [{
        "id": "A", "name": "Acme", "role": "customer", "country": "US", "aliases": ["Ac", "Me"],
        "owners": [{"owner": "B", "percent": 33.3}, {"owner": "C", "percent": None}], "longitude": 18, "latitude": 59,
    }]}).encode()  # fmt: skip
    assert read_parties(table, "p.csv").parties == read_parties(document, "p.json").parties


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("=cmd,customer,,", "formula"),
        ("x" * 10_000 + ",customer,,", "10,000 characters"),
        ("Acme,boss,,", "role is 'boss'"),
        ("Acme,customer,95,200", "are not on the Earth"),
        ("Acme,customer,10,", "together"),
        ("Acme,customer,nan,1", "are not on the Earth"),
        ("Acme,customer", "2 cells"),
        ("\u202e\u200b,customer,,", "no letter"),
    ],
)
def test_a_wrong_row_of_parties_is_named_and_the_good_ones_kept(row, why):
    data = f"name,role,longitude,latitude\nGood One,customer,,\n{row}\nGood Two,owner,,\n"
    read = read_parties(data.encode(), "parties.csv")
    assert [p.name for p in read.parties] == ["Good One", "Good Two"]
    ((number, says),) = [(r.row, r.why) for r in read.rejected]
    assert number == 3
    assert why in says


@pytest.mark.parametrize(
    ("owners", "why"),
    [
        ("B=0", "above 0"),
        ("B=100.01", "up to 100"),
        ("B=half", "a number"),
        ("B", "NAME=50"),
        ("B=1/0", "a number"),
    ],
)
def test_a_wrong_share_is_named(owners, why):
    read = read_parties(f"name,owners\nA,{owners}\nGood,\n".encode(), "p.csv")
    assert why in read.rejected[0].why


@pytest.mark.parametrize(
    "data",
    [b"", b"names\nA\n", b'{"parties": [', b'{"parties": 1}', b"name,name\nA,B\n", b"\x00\x01", b"[]"],
    ids=["empty", "no name column", "cut off", "no list", "a column twice", "binary", "no party"],
)
def test_a_file_without_parties_is_refused(data):
    with pytest.raises(InvalidSubmission):
        read_parties(data, "parties.csv")
