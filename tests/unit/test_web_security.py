import io
import re
import threading

import pytest
import structlog
from flask import Response, request

from rsiwg.intake import request_schema
from rsiwg.web.rate import TokenBuckets
from rsiwg.web.security import map_policy, nonce

PAGES = [
    "/healthz",
    "/api/v1/limits",
    "/api/v1/nothing",
    "/nothing",
    "/static/vendor/manifest.json",
    "/static/nothing",
]


def policy_of(response):
    return dict(
        part.strip().split(" ", 1) if " " in part.strip() else (part.strip(), "")
        for part in response.headers["Content-Security-Policy"].split(";")
    )


# Headers.


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_security_headers(client, path):
    response = client.get(path)
    policy = policy_of(response)
    assert policy["default-src"] == "'self'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{22}'", policy["script-src"])
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response.headers
    response.close()


@pytest.mark.parametrize("path", PAGES)
def test_only_static_files_may_be_kept_by_a_browser(client, path):
    response = client.get(path)
    kept = path == "/static/vendor/manifest.json"
    assert (response.headers["Cache-Control"] == "no-store") is not kept
    response.close()


def test_the_nonce_is_new_in_every_answer_and_the_same_within_one(app, client):
    app.add_url_rule("/twice", "twice", lambda: f"{nonce()} {nonce()}")
    first, again = client.get("/twice"), client.get("/twice")
    assert first.text.split()[0] == first.text.split()[1]
    assert f"'nonce-{first.text.split()[0]}'" in policy_of(first)["script-src"]
    assert first.text != again.text


def test_a_map_has_a_policy_of_its_own(app, client):
    app.add_url_rule(
        "/a-map", "a_map", lambda: Response("map", headers={"Content-Security-Policy": map_policy(nonce())})
    )
    response = client.get("/a-map")
    policy = policy_of(response)
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert re.fullmatch(r"'nonce-[\w-]{22}'", policy["script-src"])
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_behind_https_browsers_are_told_to_stay_there(make_app):
    app = make_app(behind_https=True)
    response = app.test_client().get("/healthz")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert app.config["SESSION_COOKIE_SECURE"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app, client):
    response = client.get("/requests/new")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# Forms and other sites.


def test_a_form_without_its_token_is_refused(client):
    response = client.post("/requests/new", data={"reference": "DEMO-1"})
    assert response.status_code == 400
    assert response.content_type.startswith("text/html")


def test_the_token_is_taken_without_a_referrer_behind_https(make_app):
    client = make_app(behind_https=True).test_client()
    page = client.get("/requests/new", base_url="https://localhost")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    response = client.post("/requests/new", base_url="https://localhost", data={"csrf_token": token})
    assert response.status_code != 400


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_the_api_takes_nothing_from_a_page_of_another_site(client, site, status):
    data = {"file": (io.BytesIO(b'{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'), "a.json")}
    response = client.post("/api/v1/aoi", data=data, headers={"Sec-Fetch-Site": site})
    assert response.status_code == status


def test_reading_the_api_is_not_bound_to_our_pages(client):
    assert client.get("/api/v1/limits", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# How often.


def test_an_address_that_posts_too_often_is_told_when_to_come_back(make_app):
    client = make_app(requests_per_minute=2).test_client()
    statuses = [client.post("/api/v1/aoi", json={"text": "x"}).status_code for _ in range(3)]
    assert statuses == [422, 422, 429]
    response = client.post("/api/v1/aoi", json={"text": "x"})
    assert 1 <= int(response.headers["Retry-After"]) <= 30
    assert response.content_type == "application/problem+json"
    assert client.get("/healthz").status_code == 200
    assert client.post("/requests/new").status_code == 429


def test_without_a_limit_nobody_is_refused(make_app):
    client = make_app(requests_per_minute=0).test_client()
    assert {client.post("/api/v1/aoi", json={"text": "x"}).status_code for _ in range(5)} == {422}


def test_a_bucket_refills_evenly():
    at = [0.0]
    buckets = TokenBuckets(6, clock=lambda: at[0])
    assert [buckets.wait_s("a") for _ in range(6)] == [0.0] * 6
    assert buckets.wait_s("a") == pytest.approx(10)
    assert buckets.wait_s("b") == 0.0
    at[0] = 9.9
    assert buckets.wait_s("a") == pytest.approx(0.1)
    at[0] = 10.1
    assert buckets.wait_s("a") == 0.0
    at[0] = 10_000
    assert [buckets.wait_s("a") for _ in range(7)][-1] > 0


def test_a_flood_of_addresses_does_not_fill_the_memory():
    buckets = TokenBuckets(1, clock=lambda: 0.0)
    for n in range(20_000):
        buckets.wait_s(str(n))
    assert len(buckets._left) <= 10_000
    assert buckets.wait_s("19999") > 0


def test_of_threads_only_so_many_pass():
    buckets = TokenBuckets(50, clock=lambda: 0.0)
    passed = []
    threads = [
        threading.Thread(target=lambda: [passed.append(buckets.wait_s("a") == 0) for _ in range(50)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 50


# Proxies.


def test_forwarded_headers_count_only_behind_trusted_proxies(make_app):
    forwarded = {
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "checks.example",
    }
    for proxies, seen in ((0, "127.0.0.1 http localhost"), (1, "198.51.100.7 https checks.example")):
        app = make_app(trusted_proxies=proxies)
        app.add_url_rule("/seen", "seen", lambda: f"{request.remote_addr} {request.scheme} {request.host}")
        assert app.test_client().get("/seen", headers=forwarded).text == seen


def test_an_address_of_our_own_never_names_a_host(client):
    body = request_schema()["examples"][0]
    response = client.post("/api/v1/requests", json=body, headers={"Host": "evil.example"})
    assert response.headers["Location"].startswith("/api/v1/requests/")
    assert "evil.example" not in response.text


# Tracing.


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-123_x.y:z", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ('"><script>', False),
        ("größe", False),
    ],
)
def test_a_request_id_is_kept_when_it_is_sane(client, given, kept):
    answer = client.get(
        "/api/v1/nothing", headers={"X-Request-ID": given.encode("latin-1").decode("latin-1")}
    )
    found = answer.headers["X-Request-ID"]
    assert (found == given) is kept
    assert answer.get_json()["instance"] == found
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", found)


def test_each_request_is_logged_without_what_was_sent(client):
    body = request_schema()["examples"][0]
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        posted = client.post("/api/v1/requests?x=34.7", json=body)
        client.get("/api/v1/requests/R-SECRETONE1", headers={"X-Request-ID": "mine"})
        client.get("/a/path/34.7")
    assert [(line["event"], line["route"], line["status"]) for line in lines] == [
        ("http.request", "/api/v1/requests", posted.status_code),
        ("http.request", "/api/v1/requests/<request_id>", 404),
        ("http.request", None, 404),
    ]
    assert lines[1]["request_id"] == "mine"
    assert all(
        set(line) == {"event", "log_level", "method", "route", "status", "ms", "request_id"} for line in lines
    )
    assert "34.7" not in str(lines)
    assert "R-SECRETONE1" not in str(lines)


# Mistakes of ours.


def failing_app(make_app):
    app = make_app()

    def fail():
        raise KeyError("/srv/secret/path.toml")

    app.add_url_rule("/fails", "fails", fail)
    app.add_url_rule("/api/fails", "api_fails", fail)
    return app


@pytest.mark.parametrize(
    ("path", "kind"), [("/fails", "text/html"), ("/api/fails", "application/problem+json")]
)
def test_a_mistake_of_ours_shows_nothing_of_itself(make_app, path, kind):
    client = failing_app(make_app).test_client()
    with structlog.testing.capture_logs() as lines:
        response = client.get(path)
    assert response.status_code == 500
    assert response.content_type.startswith(kind)
    for secret in ("KeyError", "Traceback", "/srv/", "secret", ".py", "rsiwg/"):
        assert secret not in response.text
    assert response.headers["X-Request-ID"] in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"]
    assert [line["event"] for line in lines] == ["http.failed", "http.request"]
    assert lines[0]["exc_info"]


def test_an_error_page_that_fails_itself_is_replaced(make_app, tmp_path):
    app = failing_app(make_app)
    app.jinja_env.loader = None
    response = app.test_client().get("/fails")
    assert response.status_code == 500
    assert "<h1>Internal Server Error</h1>" in response.text


def test_what_was_sent_is_escaped_on_an_error_page(client):
    response = client.get("/requests/<script>alert(1)</script>")
    assert response.status_code == 404
    assert "<script>alert" not in response.text


def test_an_uploaded_file_never_touches_the_disk(app):
    with app.test_request_context(
        method="POST",
        data={"file": (io.BytesIO(b"x" * 2_000_000), "big.bin")},
        content_type="multipart/form-data",
    ):
        assert isinstance(request.files["file"].stream, io.BytesIO)
        request.environ["wsgi.input"].close()  # the test's own; it is on disk at this size
