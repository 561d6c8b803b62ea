"""Security headers on every answer, and the nonce that inline scripts carry."""

import secrets

from flask import Flask, Response, g, request

_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def nonce() -> str:
    """The nonce of the current request; a template writes ``<script nonce="{{ nonce() }}">``."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


def page_policy(nonce: str) -> str:
    """Content-Security-Policy of every answer that brings none of its own."""
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; object-src 'none'"
    )


def map_policy(nonce: str) -> str:
    """Content-Security-Policy of a map page, which our own pages show in a frame.

    Leaflet sets style attributes while it draws, so these alone may be inline.
    """
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def install(app: Flask, *, behind_https: bool) -> None:
    """Put the headers on every answer, errors too."""

    def protect(response: Response) -> Response:
        headers = response.headers
        framed_by_us = "frame-ancestors 'self'" in headers.get("Content-Security-Policy", "")
        headers.setdefault("Content-Security-Policy", page_policy(nonce()))
        headers["X-Frame-Options"] = "SAMEORIGIN" if framed_by_us else "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = _PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if behind_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        may_be_kept = request.endpoint == "static" or response.cache_control.public
        if not may_be_kept or response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        return response

    app.after_request(protect)
    app.jinja_env.globals["nonce"] = nonce
