"""A limit on how many requests one address may post in a minute."""

import math
import threading
import time
from collections.abc import Callable

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

_MOST_ADDRESSES = 10_000


class TokenBuckets:
    """One bucket per address: it holds a minute's worth and refills evenly."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> float:
        """Take one token, and return 0; or the seconds until there is one."""
        per_second = self._size / 60
        with self._lock:
            at = self._clock()
            left, then = self._left.pop(address, (self._size, at))
            left = min(self._size, left + (at - then) * per_second)
            taken = left >= 1
            self._left[address] = (left - 1 if taken else left, at)  # last in the order of use
            if len(self._left) > _MOST_ADDRESSES:
                self._left.pop(next(iter(self._left)))  # the one not seen for longest
        return 0.0 if taken else (1 - left) / per_second


def install(app: Flask, *, per_minute: int) -> None:
    """Answer 429 to an address that posts too often; 0 means no limit."""
    if per_minute == 0:
        return
    buckets = TokenBuckets(per_minute)

    def refuse_too_many() -> None:
        if request.method == "POST" and (wait_s := buckets.wait_s(request.remote_addr or "")) > 0:
            seconds = math.ceil(wait_s)
            raise TooManyRequests(
                f"More than {per_minute} requests came from your address in a minute. "
                f"Try again in {seconds} second{'s' if seconds > 1 else ''}.",
                retry_after=seconds,
            )

    app.before_request(refuse_too_many)
