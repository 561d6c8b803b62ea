"""No clearance is false: what a sensor then collects, anywhere it says it looks from, is not finer than the limit."""

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from unit.builders import a_limit, a_request, a_restriction, a_rulebook, a_sensor

from rsiwg.checks import evaluate
from rsiwg.domain import Component, Outcome
from rsiwg.sensing.gsd import collected_gsd, horizon_of_sphere_deg

METRES = st.floats(0.1, 5).map(lambda value: round(value, 3))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    gsd_m=METRES,
    limit_m=METRES,
    altitude_km=st.floats(200, 1500).map(lambda value: round(value, 1)),
    share=st.floats(0.4, 1.4),
    aside_deg=st.sampled_from([None, 0.0, 10.0, 25.0, 40.0]),
    component=st.sampled_from([None, *Component]),
    latitude=st.floats(-80, 80),
    azimuth=st.floats(0, 359),
    higher=st.floats(1.0, 1.3),
    farther_deg=st.floats(0, 5),
)
def test_a_clear_sensor_never_collects_finer(
    gsd_m, limit_m, altitude_km, share, aside_deg, component, latitude, azimuth, higher, farther_deg
):
    lowest_km = max(round(altitude_km * share, 1), 150.0)
    assume(aside_deg is None or aside_deg < horizon_of_sphere_deg(altitude_km=lowest_km) - 15)
    camera = attrs.evolve(
        a_sensor(metres=gsd_m),
        altitude_km=altitude_km,
        lowest_altitude_km=lowest_km,
        min_off_nadir_deg=aside_deg,
    )
    rule = a_restriction(a_limit(limit_m, component=component))
    findings, _ = evaluate(a_request(sensors=(camera,)), a_rulebook(rule))
    (finding,) = [f for f in findings if f.check == "finer_than_allowed"]
    collected = collected_gsd(
        ifov_urad=1000 * gsd_m / altitude_km,
        altitude_km=lowest_km * higher,
        off_nadir_deg=(aside_deg or 0.0) + farther_deg,
        latitude_deg=latitude,
        look_azimuth_deg=azimuth,
    )
    finest_m = float(collected.mean_gsd_m if component is Component.MEAN else collected.cross_view_gsd_m)
    if finding.outcome is Outcome.CLEAR:
        assert finest_m >= limit_m * (1 - 1e-9)
    if finest_m < limit_m * (1 - 1e-9):
        assert finding.outcome is not Outcome.CLEAR
