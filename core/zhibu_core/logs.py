"""Logs: one JSON object a line on standard error (or words on a terminal), with ids and never personal data."""

import logging
import os
import sys

import structlog


def set_up_logs() -> None:
    """Sends structlog to standard error at the level of ZHIBU_LOG (default warning)."""
    level = getattr(logging, os.environ.get("ZHIBU_LOG", "warning").upper(), logging.WARNING)
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_on_standard_error,
        cache_logger_on_first_use=False,
    )


def _on_standard_error(*_: object) -> structlog.WriteLogger:
    """Standard error as it is when a line is written: whoever replaced it for a while has given it back by then."""
    return structlog.WriteLogger(sys.stderr)
