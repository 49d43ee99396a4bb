"""Failures are logged by where they happened, never by what was asked: a message may repeat the question."""

import logging
import traceback


def log_failure(log: logging.Logger, error: BaseException) -> None:
    """Tell *log* of an *error* that should not happen: its kind and its place."""
    place = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    log.error("%s in\n%s", type(error).__name__, place)
