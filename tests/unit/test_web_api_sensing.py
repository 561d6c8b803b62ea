"""Sensing over HTTP: the numbers of the command line, and every wrong field by its name."""

import pytest

LOOK = {"nadir_gsd_m": 0.31, "altitude_km": 617, "off_nadir_deg": 20}
LINES = (
    "1 40115U 14048A   26114.26139334  .00000689  00000+0  87180-4 0  9993\n"
    "2 40115  97.8579 189.8383 0002768 112.4313 247.7195 14.84928730633908\n"
)


def sent(client, name, body):
    return client.post(f"/api/v1/sensing/{name}", json=body)


def test_gsd_of_a_datasheet(client):
    answer = sent(client, "gsd", LOOK)
    assert answer.status_code == 200
    assert answer.get_json()["mean_gsd_m"] == pytest.approx(0.3451, abs=1e-4)


def test_gsd_of_elements(client):
    answer = sent(
        client, "gsd", {"ifov_urad": 0.5, "off_nadir_deg": 20, "latitude_deg": -60, "tle": LINES}
    ).get_json()
    assert 630 < answer["altitude_km"] < 645
    assert "No look azimuth" in answer["remarks"][-1]


def test_gsd_of_optics(client):
    answer = sent(
        client, "gsd", {"pixel_pitch_um": 8, "focal_length_m": 16, "altitude_km": 617, "off_nadir_deg": 0}
    )
    assert answer.get_json()["mean_gsd_m"] == pytest.approx(0.3085)


@pytest.mark.parametrize(
    ("name", "body", "fields"),
    [
        pytest.param("gsd", {}, {"off_nadir_deg", "nadir_gsd_m", "altitude_km"}, id="nothing"),
        pytest.param("gsd", LOOK | {"off_nadir_deg": "20"}, {"off_nadir_deg"}, id="a number as text"),
        pytest.param("gsd", LOOK | {"off_nadir_deg": True}, {"off_nadir_deg"}, id="true for a number"),
        pytest.param("gsd", LOOK | {"off_nadir": 20}, {"off_nadir"}, id="an unknown field"),
        pytest.param("gsd", LOOK | {"off_nadir_deg": 66}, {"off_nadir_deg"}, id="past the horizon"),
        pytest.param("gsd", LOOK | {"altitude_km": 10**400}, {"altitude_km"}, id="a number too large"),
        pytest.param("gsd", LOOK | {"tle": 5}, {"tle"}, id="elements that are no text"),
        pytest.param("gsd", LOOK | {"tle": "hello", "latitude_deg": 0}, None, id="elements that are none"),
        pytest.param("gsd", LOOK | {"pixel_pitch_um": 8}, {"pixel_pitch_um"}, id="half of the optics"),
        pytest.param("sar", {}, {"bandwidth_mhz"}, id="no bandwidth"),
        pytest.param("sar", {"bandwidth_mhz": 300, "window": "welch"}, {"window"}, id="an unknown window"),
        pytest.param("sar", {"bandwidth_mhz": 300, "taylor_nbar": 4.5}, {"taylor_nbar"}, id="half a sidelobe"),
        pytest.param("niirs", {"gsd_m": 0.3}, {"relative_edge_response", "signal_to_noise"}, id="too little"),
        pytest.param(
            "niirs", {"gsd_m": 0.3, "relative_edge_response": 0.9, "signal_to_noise": 50, "giqe": 6}, {"giqe"},
            id="an unknown version",
        ),
    ],
)  # fmt: skip
def test_every_wrong_field_is_named(client, name, body, fields):
    answer = sent(client, name, body)
    assert answer.status_code == 422
    named = {problem["field"] for problem in answer.get_json()["problems"]}
    assert named == fields if fields is not None else named


def test_another_content_type_is_not_taken(client):
    assert client.post("/api/v1/sensing/gsd", data="x").status_code == 415
