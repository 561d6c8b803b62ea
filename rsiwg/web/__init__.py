"""The web application: views, and the errors they answer with."""

import io
from collections.abc import Callable
from typing import IO, Any

import structlog
from flask import Flask, Request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from rsiwg import resources, rulebook
from rsiwg.domain import Rulebook
from rsiwg.party_cases import ListsInUse
from rsiwg.settings import Settings
from rsiwg.store import open_database
from rsiwg.web import api, health, pages, problems, rate, security, tracing
from rsiwg.web import api_overflights as _api_overflights  # noqa: F401  # adds its views to the blueprint of the API
from rsiwg.web import api_sensing as _api_sensing  # noqa: F401  # adds its views to the blueprint of the API
from rsiwg.web import party_api as _party_api  # noqa: F401  # adds its views to the API
from rsiwg.web import party_pages as _party_pages  # noqa: F401  # adds its views to the pages
from rsiwg.web import request_pages as _request_pages  # noqa: F401  # adds its views to the blueprint of pages
from rsiwg.web import screenings as _screenings
from rsiwg.web import sent_pages as _sent_pages  # noqa: F401  # the same
from rsiwg.web.service import EXTENSION, Service


class _InMemory(Request):
    """A request whose uploaded files never touch the disk; their size is limited beforehand."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> IO[bytes]:
        return io.BytesIO()


class _App(Flask):
    request_class = _InMemory

    def log_exception(self, exc_info: Any, *_context: Any) -> None:
        """Record a mistake of ours with its traceback, which no user sees."""
        structlog.get_logger().error("http.failed", exc_info=exc_info)


def create_app(
    settings: Settings,
    *,
    book: Rulebook | None = None,
    start_screening: Callable[[Settings], None] | None = None,
) -> Flask:
    """The application; `book` stands in for the rulebook of the settings, `start_screening` for a process of its own.

    Raises RulebookUnusable and StoreUnusable where nothing could be answered; connects to nothing yet.
    """
    app = _App(__name__, template_folder=str(resources.TEMPLATES))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.limits.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.limits.max_body_bytes,  # pasted coordinates are long
        SESSION_COOKIE_NAME="__Host-rsiwg" if settings.behind_https else "rsiwg",
        SESSION_COOKIE_SECURE=settings.behind_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lasts as long as its session
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our Referrer-Policy withholds
    )
    app.extensions[EXTENSION] = Service(
        settings=settings,
        engine=open_database(settings.database_url),
        rulebook=rulebook.load(settings.geodata) if book is None else book,
        lists=ListsInUse(settings.screening.lists),
        start_screening=start_screening or _screenings.start_runner,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=0)  # type: ignore[method-assign]
    tracing.install(app)
    security.install(app, behind_https=settings.behind_https)
    rate.install(app, per_minute=settings.requests_per_minute)
    problems.install(app)
    CSRFProtect(app).exempt(api.api)  # it takes no form: see api.refuse_other_sites
    for blueprint in (api.api, health.health, pages.pages):
        app.register_blueprint(blueprint)
    return app
