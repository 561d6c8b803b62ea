"""The geometry of a sensor in a request: what is taken, what is refused, and what comes back."""

import pytest

from rsiwg.domain.document import request_document
from rsiwg.errors import InvalidSubmission
from rsiwg.intake import read_submission
from rsiwg.settings import Limits

CAMERA = {"modality": "panchromatic", "gsd_m": 0.31}
RADAR = {"modality": "sar", "ipr_m": 0.5, "ipr_plane": "slant"}


def read(sensor):
    body = {
        "kind": "imaging",
        "reference": "T",
        "applicant": {"name": "Example", "country": "US"},
        "sensor": sensor,
        "activity": ["collect"],
        "collection": {"start": "2025-01-01", "end": "2025-01-02"},
        "aoi": {"point": [10.0, 45.0], "radius_km": 5},
    }
    return read_submission(body, Limits()).request


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"altitude_km": 617, "lowest_altitude_km": 560}, id="altitudes"),
        pytest.param({"lowest_altitude_km": 560, "ifov_urad": 0.5}, id="ifov"),
        pytest.param(
            {"altitude_km": 617, "min_off_nadir_deg": 0, "max_off_nadir_deg": 0}, id="straight down"
        ),
        pytest.param({"altitude_km": 617, "min_off_nadir_deg": 10, "max_off_nadir_deg": 30}, id="angles"),
    ],
)
def test_what_is_given_comes_back_and_nothing_else(given):
    request = read(CAMERA | given)
    shown = request_document(request)["sensors"][0]
    assert shown == {"name": "sensor 1", **CAMERA, **given}
    again = read_submission(request_document(request), Limits()).request
    assert again == request


def test_a_radar_gives_its_incidence():
    radar = read(RADAR | {"min_incidence_deg": 20, "max_incidence_deg": 55}).sensors[0]
    assert (radar.min_incidence_deg, radar.max_incidence_deg) == (20, 55)


@pytest.mark.parametrize(
    ("sensor", "field", "said"),
    [
        pytest.param(CAMERA | {"altitude_km": 99}, "altitude_km", "100 to 100,000", id="too low"),
        pytest.param(CAMERA | {"altitude_km": 100_001}, "altitude_km", "100 to 100,000", id="too high"),
        pytest.param(CAMERA | {"altitude_km": "617"}, "altitude_km", "number of kilometres", id="text"),
        pytest.param(CAMERA | {"altitude_km": float("inf")}, "altitude_km", "number", id="infinite"),
        pytest.param(CAMERA | {"ifov_urad": 0}, "ifov_urad", "greater than 0", id="no ifov"),
        pytest.param(CAMERA | {"lowest_altitude_km": 500}, "lowest_altitude_km", "altitude_km", id="no reference"),
        pytest.param(CAMERA | {"min_off_nadir_deg": 10}, "min_off_nadir_deg", "give altitude_km", id="angle alone"),
        pytest.param(
            CAMERA | {"altitude_km": 617, "min_off_nadir_deg": 66},
            "min_off_nadir_deg", "past the horizon, which lies 65.7", id="past the horizon",
        ),
        pytest.param(
            CAMERA | {"altitude_km": 617, "min_off_nadir_deg": 31, "max_off_nadir_deg": 30},
            "min_off_nadir_deg", "swap", id="angles swapped",
        ),
        pytest.param(CAMERA | {"max_incidence_deg": 40}, "max_incidence_deg", "only a SAR", id="incidence of a camera"),
        pytest.param(RADAR | {"altitude_km": 514}, "altitude_km", "a SAR does not", id="altitude of a radar"),
        pytest.param(RADAR | {"min_incidence_deg": 0.5}, "min_incidence_deg", "1 to under 90", id="incidence too small"),
        pytest.param(
            RADAR | {"min_incidence_deg": 40, "max_incidence_deg": 30}, "min_incidence_deg", "swap", id="incidences swapped"
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_with_its_field(sensor, field, said):
    with pytest.raises(InvalidSubmission) as refused:
        read(sensor)
    assert said in refused.value.problems[f"sensor.{field}"]
