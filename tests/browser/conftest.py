"""A real Chromium with no way out of this machine, and pages that must not complain."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(os.environ.get("RSIWG_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, for all tests of a session.  Without it: skipped here, failed in CI."""
    if not CHROMIUM.is_file():
        missing = f"{CHROMIUM} is not there; apt-get install -y chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where a browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page of this test complained of; a test that expects some clears the list."""
    return []


@pytest.fixture
def page(chromium: Any, complaints: list[str]) -> Iterator[Any]:
    """A fresh page, 1280 x 800.  Any console error, script error or failed request fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", lambda said: _on_console(said, complaints))
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("requestfailed", lambda request: None if given_up(request) else complaints.append(told(request)))
    page.on("response", lambda response: _on_response(response, complaints))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []


def _on_console(said: Any, complaints: list[str]) -> None:
    if said.type in {"error", "warning"}:
        complaints.append(f"console {said.type}: {said.text[:500]}")


def _on_response(response: Any, complaints: list[str]) -> None:
    if response.status >= 400:
        complaints.append(f"{response.status}: {response.url[:200]}")


def given_up(request):
    """A request of ours that the page itself broke off, as the live check does when the form is sent."""
    return request.failure == "net::ERR_ABORTED" and request.url.startswith("http://127.0.0.1:")


def told(request):
    return f"request failed: {request.url[:200]} ({request.failure})"
