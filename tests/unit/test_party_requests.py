"""Each kind of request gives up its parties."""

import json
from pathlib import Path

import pytest

from rsiwg.cli import main
from rsiwg.errors import InvalidSubmission
from rsiwg.intake.kinds import READERS
from rsiwg.parties import KINDS, parties_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def of(name):
    body = json.loads((EXAMPLES / name).read_text("utf-8"))
    return parties_of(body["kind"], body)


def test_every_kind_that_names_parties_is_known():
    assert set(READERS) - set(KINDS) == {"clock"}, "a clock has dates and no parties"


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("01-at-the-limit.json", {"applicant"}),
        ("transfers/01-optical-satellite.json", {"applicant", "consignee", "end_user", "other"}),
        ("launches/04-kazakhstan.json", {"applicant", "operator", "launch_provider", "launch_site", "other"}),
        ("systems/optical.json", {"licensee", "owner", "ground_station", "operator", "launch_site", "launch_provider", "customer"}),
        ("deliveries/02-thermal.json", {"applicant", "recipient", "ground_station"}),
    ],
)  # fmt: skip
def test_the_parties_of_an_example_have_their_roles(name, roles):
    parties, _ = of(name)
    assert {str(p.role) for p in parties} == roles
    assert len({p.id for p in parties}) == len(parties)


def test_a_transfer_has_positions_and_items():
    parties, items = of("transfers/01-optical-satellite.json")
    assert next(p for p in parties if p.role == "end_user").position == (149.13, -35.28)
    assert [(i.category, i.quantity) for i in items] == [("9A515.a.1", 1)]


def test_the_owners_of_a_system_hold_their_shares():
    parties, _ = of("systems/optical.json")
    licensee = next(p for p in parties if p.role == "licensee")
    (share,) = licensee.owners
    assert (share.owner, float(share.percent)) == ("owner: Example Holdings LLC", 72.5)
    assert share.owner in {p.id for p in parties}


def test_a_russian_vehicle_is_a_place_to_look_at():
    parties, _ = of("launches/04-kazakhstan.json")
    assert {p.country for p in parties} == {"US", "RU", "KZ"}


@pytest.mark.parametrize(
    "body", [{}, {"parties": 1}, {"applicant": "x"}, {"ownership": [1]}, {"items": [None]}]
)
@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_another_type_name_nobody(kind, body):
    assert parties_of(kind, body) == ((), ())


def test_a_kind_not_known_is_refused():
    with pytest.raises(InvalidSubmission, match="are not known"):
        parties_of("clock", {})


@pytest.mark.parametrize("position", [[float("nan"), 1], [181, 0], [0, 91], [1], ["1", "2"], None])
def test_a_position_off_the_earth_is_none(position):
    parties, _ = parties_of(
        "transfer", {"parties": [{"name": "A", "role": "end_user", "position": position}]}
    )
    assert parties[0].position is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"kind": "launch", "applicant": {"name": "A", "country": "SE"}, "x": NaN}', 3),
        ('{"kind": "clock"}', 3),
        ('{"kind": "launch"}', 3),
        ('{"kind": "launch", "applicant": {"name": "A", "country": "SE"}}', 2),
    ],
    ids=["NaN", "no parties in this kind", "nobody named", "no lists"],
)
def test_a_request_as_a_file_of_parties(tmp_path, monkeypatch, text, code):
    monkeypatch.delenv("RSIWG_LISTS", raising=False)
    file = tmp_path / "request.json"
    file.write_text(text, "utf-8")
    assert main(["screen-parties", str(file)]) == code
