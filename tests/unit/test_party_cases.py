"""Screening as a whole: answers, decisions that hold and do not, screening again, and the commands."""

import csv
import datetime as dt
import io
import json

import attrs
import pytest
from sqlalchemy import text
from unit.party_builders import DAY, a_party, a_version, an_entry, some_terms

from rsiwg import party_cases
from rsiwg.cli import main
from rsiwg.domain import Decision
from rsiwg.errors import Conflicting, InvalidSubmission, NotFound
from rsiwg.lists import Lists
from rsiwg.parties import Index, changes_between, latest_decisions, screen
from rsiwg.settings import ListSettings
from rsiwg.store import open_database, writing_screenings
from rsiwg.store.migrate import upgrade

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
ENTRY = an_entry(programmes=("SDGT",), federal_register=("82 F.R. 1",))
LISTED = a_party("Drevom Marine Corp.", country="SE")
CLEAN = a_party("Northlight Imaging Inc.", country="SE")


def screened(book, parties, entries=(ENTRY,), terms=None, version=None, **others):
    return screen(
        parties,
        Index(entries),
        version or a_version(entries),
        book,
        terms or some_terms(),
        engine="test",
        **others,
    )


def in_use(*entries, retrieved_on=DAY):
    lists = Lists(version=a_version(entries, retrieved_on, sha256=f"{len(entries)}" * 64), entries=entries)
    return party_cases.InUse(lists=lists, index=Index(entries))


# ------------------------------------------------------------------------------------------ the answer


def test_no_match_is_never_called_clear(book):
    document = screened(book, [CLEAN])
    assert document["answer"] == "no_match"
    assert "No match in SDN as retrieved on November 25, 2026" in document["says"]
    assert "No safe harbour" in document["says"]


def test_a_hit_names_list_entry_programme_notice_and_version(book):
    document = screened(book, [LISTED])
    (hit,) = document["hits"]
    assert document["answer"] == "hit"
    assert (hit["entry"]["list"], hit["entry"]["id"]) == ("SDN", "10003")
    assert (hit["entry"]["programmes"], hit["entry"]["federal_register"]) == (["SDGT"], ["82 F.R. 1"])
    assert document["lists"]["version"] == "a" * 64
    assert document["algorithm"] == "rsiwg-names-1"


@pytest.mark.parametrize(
    ("age", "answer"),
    [(6, "no_match"), (7, "no_match"), (8, "undetermined")],
    ids=["younger", "at the age", "older"],
)
def test_lists_past_their_age_decide_nothing(book, age, answer):
    version = a_version([ENTRY], retrieved_on=DAY - dt.timedelta(days=age))
    assert screened(book, [CLEAN], version=version)["answer"] == answer


def test_lists_younger_than_the_day_decide_nothing(book):
    version = a_version([ENTRY], retrieved_on=DAY + dt.timedelta(days=1))
    assert screened(book, [CLEAN], version=version)["answer"] == "undetermined"


def test_rows_that_were_not_loaded_leave_it_open(book):
    from rsiwg.domain import RejectedRow  # noqa: PLC0415

    version = a_version([ENTRY], rejected=(RejectedRow(file="a.csv", row=2, why="x"),))
    assert screened(book, [CLEAN], version=version)["answer"] == "undetermined"


def test_without_lists_it_is_undetermined(book):
    from rsiwg.lists import PartiesFile  # noqa: PLC0415

    none = party_cases.ready(None)
    document = party_cases.screen_parties(PartiesFile(parties=(CLEAN,)), none, book, ListSettings(), day=DAY)
    assert document["answer"] == "undetermined"
    assert document["lists"] is None


def test_owners_that_are_only_named_are_screened_too(book):
    document = screened(
        book, [attrs.evolve(CLEAN, owners=a_party(owners=[("Drevom Marine Corp.", 50)]).owners)]
    )
    assert document["hits"][0]["role"] == "owner"
    assert {(o["family"], o["effect"], o["certain"]) for o in document["ownership"]} == {
        ("OFAC", "blocked", True), ("BIS", "restricted", True),
    }  # fmt: skip
    assert document["answer"] == "hit"


def test_an_entry_that_has_ended_is_shown_and_not_strong(book):
    ended = attrs.evolve(ENTRY, end_on=dt.date(2026, 11, 24))
    (hit,) = screened(book, [LISTED], [ended])["hits"]
    assert hit["strength"] == "review"
    assert "ended on November 24, 2026" in hit["says"]
    still = attrs.evolve(ENTRY, end_on=DAY)
    assert screened(book, [LISTED], [still])["hits"][0]["strength"] == "strong"


def test_look_alike_letters_are_said(book):
    document = screened(book, [a_party("Drev\u043em Marine", country="SE")])
    assert any("mixes Cyrillic and Latin" in warning for warning in document["warnings"])
    assert document["hits"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [("\u2026", "undetermined"), ("Quite " + "x" * 294, "no_match"), ("Quite " + "x" * 295, "undetermined")],
    ids=["no letter", "300 letters", "301 letters"],
)
def test_a_name_that_cannot_be_compared_leaves_it_open(book, name, answer):
    assert screened(book, [a_party(name, country="SE")])["answer"] == answer


def test_the_same_input_gives_the_same_bytes(book):
    one, other = (json.dumps(screened(book, [LISTED, CLEAN])) for _ in range(2))
    assert one == other


# ------------------------------------------------------------------------------------------ decisions


def a_decision(party, entry, is_match, at=NOW):
    return Decision(
        party_sha256=party.sha256, entry=entry.key, entry_sha256=entry.sha256, is_match=is_match,
        reason="Looked at the registers.", actor="reviewer", at=at,
    )  # fmt: skip


def test_a_false_match_is_kept_and_no_longer_counts(book):
    decisions = latest_decisions([a_decision(LISTED, ENTRY, is_match=False)])
    document = screened(book, [LISTED], decisions=decisions)
    assert document["hits"][0]["state"] == "false_match"
    assert document["answer"] == "no_match"


@pytest.mark.parametrize(
    ("party", "entry"),
    [
        (attrs.evolve(LISTED, address="1 Brolka Street"), ENTRY),
        (LISTED, attrs.evolve(ENTRY, addresses=("1 Brolka Street",))),
    ],
    ids=["the party changed", "the entry changed"],
)
def test_a_decision_is_open_again_once_either_side_changes(book, party, entry):
    decisions = latest_decisions([a_decision(LISTED, ENTRY, is_match=False)])
    (hit,) = screened(book, [party], [entry], decisions=decisions)["hits"]
    assert hit["state"] == "open"
    assert hit["earlier_decision"]["reason"] == "Looked at the registers."


def test_the_latest_decision_counts(book):
    history = [
        a_decision(LISTED, ENTRY, is_match=True, at=NOW),
        a_decision(LISTED, ENTRY, is_match=False, at=NOW - dt.timedelta(days=1)),
    ]
    assert screened(book, [LISTED], decisions=latest_decisions(history))["hits"][0]["state"] == "true_match"


def test_only_what_changed_is_told(book):
    before = screened(book, [LISTED])
    assert changes_between(before, before) == ()
    changed = attrs.evolve(ENTRY, remarks="New")
    kinds = [c["kind"] for c in changes_between(before, screened(book, [LISTED], [changed]))]
    assert kinds == ["entry_changed"]
    gone = changes_between(before, screened(book, [LISTED], [an_entry("Quite Another")]))
    assert [c["kind"] for c in gone] == ["gone", "answer"]
    assert [
        c["kind"] for c in changes_between(screened(book, [LISTED], [an_entry("Quite Another")]), before)
    ] == ["new", "answer"]


# ------------------------------------------------------------------------------- on stored requests


@pytest.fixture
def engine(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path}/parties.db")
    upgrade(opened)
    yield opened
    opened.dispose()


def store_one(engine, name="Drevom Marine Corp."):
    from rsiwg.store import NewRequest  # noqa: PLC0415

    body = {"applicant": {"name": name, "country": "SE"}, "licence": {}, "recipient": None}
    new = NewRequest(
        reference="R-1", kind="imaging", received_at=NOW, actor="test", source="cli", body=json.dumps(body)
    )
    with writing_screenings(engine) as (requests, _):
        return requests.add(new).id


def act(engine, use_case, *given, lists, book):
    with writing_screenings(engine) as (requests, screenings):
        return use_case(requests, screenings, *given, lists, book, ListSettings(), actor="reviewer", now=NOW)


def test_a_decision_is_kept_with_reason_and_actor_and_screens_again(engine, book):
    request_id, lists = store_one(engine), in_use(ENTRY)
    first = act(engine, party_cases.screen_request, request_id, lists=lists, book=book)
    hit = first.read()["hits"][0]
    given = {
        "party": hit["party"], "entry": hit["entry"]["key"], "entry_sha256": hit["entry"]["sha256"],
        "match": False, "reason": "Another company.",
    }  # fmt: skip
    after = act(engine, party_cases.decide, request_id, given, lists=lists, book=book)
    assert (first.answer, after.answer) == ("hit", "no_match")
    assert after.read()["hits"][0]["decision"]["actor"] == "reviewer"
    with pytest.raises(Conflicting, match="changed since"):
        act(engine, party_cases.decide, request_id, given | {"entry_sha256": "0"}, lists=lists, book=book)
    with pytest.raises(NotFound):
        act(engine, party_cases.decide, request_id, given | {"entry": "EL/1"}, lists=lists, book=book)
    with pytest.raises(InvalidSubmission, match="reason"):
        act(engine, party_cases.decide, request_id, given | {"reason": " "}, lists=lists, book=book)


def again(engine, lists, book, **options):
    return party_cases.rescreen(
        engine, lists, book, ListSettings(), actor="rescreening", now=lambda: NOW, **options
    )


def test_new_lists_screen_every_request_once_and_report_only_changes(engine, book):
    hit, other = store_one(engine), store_one(engine, "Northlight Imaging Inc.")
    old, new = (
        in_use(an_entry("Quite Another")),
        in_use(an_entry("Quite Another"), attrs.evolve(ENTRY, id="2")),
    )
    assert again(engine, old, book) == (), "the first screening changes nothing"
    (changed,) = again(engine, new, book)
    assert changed.request_id == hit
    assert [c["kind"] for c in changed.changes] == ["new", "answer"]
    assert again(engine, new, book) == (), "each request once"
    with writing_screenings(engine) as (_, screenings):
        assert len(screenings.of(other)) == 2
        assert [s.request_id for s in screenings.changed(10)] == [hit]


def test_screening_again_goes_on_where_it_was_stopped(engine, book):
    ids = [store_one(engine) for _ in range(3)]
    lists = in_use(ENTRY)
    again(engine, lists, book, most=1)
    with writing_screenings(engine) as (_, screenings):
        assert screenings.without(lists.cause, 10) == tuple(ids[1:])
    again(engine, lists, book)
    with writing_screenings(engine) as (_, screenings):
        assert screenings.without(lists.cause, 10) == ()


@pytest.mark.parametrize("table", ["list_version", "party_screening", "party_decision", "party_referral"])
def test_nothing_that_was_kept_can_be_changed_or_removed(engine, book, table):
    request_id, lists = store_one(engine), in_use(ENTRY)
    act(engine, party_cases.screen_request, request_id, lists=lists, book=book)
    with writing_screenings(engine) as (_, screenings):
        screenings.decide(request_id, a_decision(LISTED, ENTRY, is_match=True), "Drevom")
        referral = screenings.of(request_id)[-1].read()["referrals"][0]["id"]
        party_cases.refer(screenings, request_id, referral, {"state": "sent"}, actor="reviewer", now=NOW)
    for verb in (f"UPDATE {table} SET number = 99", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="only ever added"), engine.begin() as connection:
            connection.execute(text(verb))


def test_a_referral_has_a_state_and_a_history(engine, book):
    request_id, lists = store_one(engine), in_use(ENTRY)
    document = act(engine, party_cases.screen_request, request_id, lists=lists, book=book).read()
    referral = document["referrals"][0]
    assert referral["state"] == "proposed"
    assert referral["due_on"] > document["as_of"]
    with writing_screenings(engine) as (_, screenings):
        party_cases.refer(
            screenings,
            request_id,
            referral["id"],
            {"state": "sent", "note": "By letter"},
            actor="reviewer",
            now=NOW,
        )
        shown = party_cases.referral_of(screenings, request_id, referral["id"])
        with pytest.raises(InvalidSubmission, match="state"):
            party_cases.refer(screenings, request_id, referral["id"], {"state": "lost"}, actor="x", now=NOW)
        with pytest.raises(NotFound):
            party_cases.refer(screenings, request_id, "none", {"state": "sent"}, actor="x", now=NOW)
    assert (shown["state"], shown["history"][0]["note"]) == ("sent", "By letter")


def test_the_yearly_return_counts_only_items_in_a_category(book):
    from rsiwg.domain import Item  # noqa: PLC0415

    document = screened(
        book, [a_party("Brolka", role="end_user", country="SE")],
        items=(Item(category="UNR-I", quantity=3), Item(category="9A515", quantity=1), Item(category="MANPADS")),
    )  # fmt: skip
    stored = [("R-1", "REF", "2026-03-01", document), ("R-2", "REF2", "2025-12-31", document)]
    rows, doubts = party_cases.transparency_rows(stored, 2026)
    assert [(r["category"], r["quantity"], r["destination"]) for r in rows] == [
        ("I", 3, "SE"),
        ("VII(b)", None, "SE"),
    ]
    assert len(doubts) == 3, doubts


# -------------------------------------------------------------------------------------- the commands


@pytest.fixture
def lists_folder(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "own.csv").write_text("list,id,name,reason\ndenial,1,Drevom Marine Corporation,Denied\n", "utf-8")
    assert (
        main(["lists", "load", str(raw), "--lists", str(tmp_path / "lists"), "--retrieved-on", "2026-11-25"])
        == 0
    )
    return tmp_path / "lists"


@pytest.mark.parametrize(
    ("parties", "code"),
    [
        pytest.param("name,country\nNorthlight Imaging,SE\n", 0, id="no match"),
        pytest.param("name,country\nDrevom Marine Corp,SE\n", 1, id="a strong hit"),
        pytest.param("name,country\nNorthlight Imaging,\n", 2, id="no country"),
        pytest.param("name,country\nNorthlight Imaging,SE\n=x,SE\n", 3, id="a wrong row"),
        pytest.param("name,country\nDrevom Marine Corp,SE\n=x,SE\n", 1, id="a wrong row beside a strong hit"),
        pytest.param("nom\nNorthlight\n", 3, id="no column name"),
    ],
)
def test_exit_codes_of_screen_parties(tmp_path, lists_folder, capsys, parties, code):
    file, on_the_day = tmp_path / "parties.csv", ("--as-of", "2026-11-25")
    file.write_text(parties, "utf-8")
    assert (
        main(["screen-parties", str(file), *on_the_day, "--lists", str(lists_folder), "--format", "json"])
        == code
    )
    said = capsys.readouterr()
    if "nom" not in parties:
        assert json.loads(said.out[said.out.index("{") :])["screening_id"]
    assert "Traceback" not in said.err


def test_without_lists_the_command_ends_with_2(tmp_path, monkeypatch):
    monkeypatch.delenv("RSIWG_LISTS", raising=False)
    file = tmp_path / "parties.csv"
    file.write_text("name,country\nNorthlight Imaging,SE\n", "utf-8")
    assert main(["screen-parties", str(file)]) == 2
    assert main(["screen-parties", str(tmp_path / "none.csv")]) == 4


def test_a_batch_comes_back_as_csv_that_no_spreadsheet_runs(tmp_path, lists_folder, capsys):
    file = tmp_path / "parties.csv"
    file.write_text(
        "name,country,aliases\nDrevom Marine Corp,SE,\n- Brolka @SUM,SE,\nClean Name,SE,\n", "utf-8"
    )
    out = tmp_path / "out.csv"
    assert (
        main(
            [
                "screen-parties",
                str(file),
                "--lists",
                str(lists_folder),
                "--format",
                "csv",
                "-o",
                str(out),
                "--as-of",
                "2026-11-25",
            ]
        )
        == 1
    )
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [r["answer"] for r in rows] == ["hit", "no_match", "no_match"]
    assert rows[1]["party"].startswith("'-")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_lists_show_and_versions(lists_folder, capsys):
    assert main(["lists", "show", "--lists", str(lists_folder), "--today", "2026-12-02"]) == 0
    assert "OWN-DENIAL" in capsys.readouterr().out
    assert main(["lists", "show", "--lists", str(lists_folder), "--today", "2026-12-03"]) == 2
    assert main(["lists", "versions", "--lists", str(lists_folder)]) == 0
    assert main(["lists", "load", str(lists_folder / "none"), "--lists", str(lists_folder)]) in {3, 4}
