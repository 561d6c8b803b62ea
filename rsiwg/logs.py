"""Structured logs, set up once by each entry point: one event name plus facts as keys."""

import logging
import sys

import structlog


def configure(*, json: bool = True) -> None:
    """Send every log line to standard error, as JSON in production and as columns otherwise."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(sort_keys=True) if json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
