"""Runs the application under a production server: gunicorn, or waitress on Windows."""

import gc
import socket
import sys
import time
from typing import Any

from flask import Flask

from rsiwg.errors import StoreUnusable
from rsiwg.screening.jobs import Jobs
from rsiwg.settings import Settings
from rsiwg.store.migrate import is_current
from rsiwg.web import create_app, rescreening
from rsiwg.web.service import EXTENSION, Service

_SHORTEST_SECRET = 16
_THREADS = 4
_ANSWER_WITHIN_S = 60
_STOP_WITHIN_S = 20
_PATIENCE_S, _MOST_PATIENCE_S = 0.002, 0.02
"""How long a worker lets the others go first, for each connection it has, and at most."""


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 5000, workers: int = 2) -> None:
    """Serve until SIGTERM or SIGINT.  Port 0 takes a free one; the address is printed when it listens.

    Raises RuntimeError with a sentence when it cannot listen or the secret is too short, StoreUnusable when
    the database has not been brought up to date, RulebookUnusable when the rulebook is broken.
    """
    if len(settings.secret_key) < _SHORTEST_SECRET:
        raise RuntimeError(
            f"RSIWG_SECRET_KEY is too short: give a random text of {_SHORTEST_SECRET} or more characters."
        )
    listening = _listen(host, port)
    with listening:
        app = create_app(settings)
        of: Service = app.extensions[EXTENSION]
        if not is_current(of.engine):
            raise StoreUnusable(
                "The database does not answer or has not been brought up to date: run rsiwg db upgrade."
            )
        of.engine.dispose()  # no connection may be shared with the workers
        if Jobs(settings.screenings).due(of.rulebook.version):  # a restart, or a rule that changed
            of.start_screening(settings)
        address = _address(host, listening.getsockname()[1])
        if sys.platform == "win32":
            _run_waitress(app, listening, address)
        else:
            _run_gunicorn(app, listening.detach(), address, workers)  # gunicorn closes it


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise RuntimeError(f"{host} is not an address of this machine: {error.strerror}.") from error
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        raise RuntimeError(
            f"Port {port} of {host} cannot be used ({error.strerror}). "
            "Another program may use it: stop that one, or choose another port with --port."
        ) from error
    return listening


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(address: str) -> None:
    sys.stdout.write(f"rsiwg is ready at {address}\n")
    sys.stdout.flush()


def _run_gunicorn(app: Flask, listening: int, address: str, workers: int) -> None:
    from gunicorn.app.base import (  # type: ignore[import-untyped]  # noqa: PLC0415  # not on Windows
        BaseApplication,
    )
    from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # noqa: PLC0415  # the same

    class _EvenWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
        """Of the workers that wait at one door, the one with the fewest connections takes the next.

        Connections stay where they are, and every client of a crowded worker waits for the others of it.
        """

        def accept(self, listener: socket.socket) -> None:
            time.sleep(
                min(_PATIENCE_S * self.nr_conns, _MOST_PATIENCE_S)
            )  # by then another one has it, or nobody wants it
            super().accept(listener)

    of: Service = app.extensions[EXTENSION]
    gc.collect()
    gc.freeze()  # the rulebook lives as long as the process: no collection need walk it again

    class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in _options(listening, workers).items():
                self.cfg.set(name, value)
            self.cfg.set("worker_class", _EvenWorker)
            self.cfg.set("when_ready", lambda _arbiter: _announce(address))
            self.cfg.set("post_fork", lambda _arbiter, _worker: of.engine.dispose(close=False))
            self.cfg.set("post_worker_init", lambda _worker: rescreening.start(of))

        def load(self) -> Flask:
            return app

    _Server().run()


def _options(listening: int, workers: int) -> dict[str, Any]:
    return {
        "bind": f"fd://{listening}",
        "workers": workers,
        "threads": _THREADS,
        "preload_app": True,  # the rulebook is loaded once and its memory shared
        "timeout": _ANSWER_WITHIN_S,
        "graceful_timeout": _STOP_WITHIN_S,
        "keepalive": 5,
        "limit_request_line": 4094,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": "",  # ProxyFix reads these headers, and only from trusted proxies
        "control_socket_disable": True,
        "loglevel": "warning",
    }


def _run_waitress(app: Flask, listening: socket.socket, address: str) -> None:
    from waitress import create_server  # type: ignore[import-untyped]  # noqa: PLC0415  # on Windows only

    rescreening.start(app.extensions[EXTENSION])
    server = create_server(app, sockets=[listening], threads=2 * _THREADS)
    _announce(address)
    server.run()
