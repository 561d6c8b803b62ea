"""Screenings that the service does in the background: a folder each, so that they survive a restart.

A folder holds the archive as it came, what was said about it, and one run per rulebook it was screened under.
Nothing in it is changed or taken away later; a new rulebook adds a run.
"""

import datetime as dt
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import orjson

from rsiwg.errors import NotFound, TooLarge
from rsiwg.screening.files import Outputs, Progress, write_whole
from rsiwg.screening.rulings import Terms, read_terms

MOST_WAITING = 20
_ENDINGS = (".parquet", ".geoparquet", ".ndjson", ".jsonl", ".json", ".geojson", ".gpkg", ".fgb")
_ID = re.compile(r"S-[0-9A-HJKMNP-TV-Z]{10}", re.ASCII)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@attrs.frozen(kw_only=True)
class Job:
    """One archive with what was said about it."""

    id: str
    folder: Path
    name: str
    """Of the file as it was sent."""
    received_at: str
    said: dict[str, Any]
    """The options of `read_terms`."""
    as_of: dt.date | None

    @property
    def archive(self) -> Path:
        """The file as it came."""
        return next(self.folder.glob("archive*"))

    @property
    def terms(self) -> Terms:
        """What was said for all scenes."""
        return read_terms(**{**self.said, "activity": tuple(self.said.get("activity", ()))})

    def outputs(self, rulebook: str) -> Outputs:
        """Where the run under a rulebook writes."""
        return Outputs(hits=self.folder / f"run-{rulebook[:12]}" / "hits.parquet")

    def runs(self) -> list[Outputs]:
        """Finished runs, oldest first."""
        done = [
            Outputs(hits=path.with_name("hits.parquet")) for path in self.folder.glob("run-*/hits.map.html")
        ]
        return sorted(done, key=lambda run: run.map.stat().st_mtime_ns)

    def problem(self, rulebook: str) -> str | None:
        """Why the run under a rulebook cannot be made."""
        path = self.outputs(rulebook).hits.with_name("problem.json")
        return str(orjson.loads(path.read_bytes())["problem"]) if path.is_file() else None

    def is_due(self, rulebook: str) -> bool:
        """Whether it has yet to be screened under a rulebook."""
        return not self.outputs(rulebook).map.is_file() and self.problem(rulebook) is None

    def document(self, rulebook: str) -> dict[str, Any]:
        """As the API shows it."""
        run, problem = self.outputs(rulebook), self.problem(rulebook)
        progress = run.hits.with_name("progress.json")
        told = orjson.loads(progress.read_bytes()) if progress.is_file() else None
        done = run.map.is_file()
        earlier = [other for other in self.runs() if other.hits != run.hits]
        return {
            "id": self.id,
            "name": self.name,
            "received_at": self.received_at,
            "as_of": self.as_of and self.as_of.isoformat(),
            "rulebook": rulebook,
            "state": "failed" if problem else "done" if done else "running" if told else "waiting",
            "problem": problem,
            "progress": told,
            "summary": _short(orjson.loads(run.summary.read_bytes())) if done else None,
            "changes": _changes(earlier[-1], run) if done and earlier else None,
            "runs": [orjson.loads(other.summary.read_bytes())["rulebook"] for other in self.runs()],
        }


def _short(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key != "squares"}


@attrs.frozen
class Jobs:
    """All screenings of a service."""

    folder: Path

    def add(
        self,
        name: str,
        data: bytes,
        said: dict[str, Any],
        as_of: dt.date | None,
        now: dt.datetime,
        rulebook: str,
    ) -> Job:
        """Keep an archive to be screened.

        Raises:
            InvalidSubmission: what was said cannot be understood.
            TooLarge: too many are waiting.
        """
        read_terms(**{**said, "activity": tuple(said.get("activity", ()))})
        if sum(job.is_due(rulebook) for job in self.all()) >= MOST_WAITING:
            raise TooLarge(f"{MOST_WAITING} screenings are waiting: send this one later")
        job_id = "S-" + "".join(secrets.choice(_LETTERS) for _ in range(10))
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{job_id}.part"
        beside.mkdir()
        ending = next((e for e in _ENDINGS if name.lower().endswith(e)), "")
        write_whole(beside / f"archive{ending}", data)
        told = {
            "name": name[:200],
            "received_at": now.isoformat(timespec="seconds"),
            "said": said,
            "as_of": as_of and as_of.isoformat(),
        }
        write_whole(beside / "job.json", orjson.dumps(told))
        beside.replace(self.folder / job_id)
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """One of them.  Raises NotFound."""
        path = self.folder / job_id / "job.json"
        if not _ID.fullmatch(job_id) or not path.is_file():
            raise NotFound("There is no screening of this number.")
        told = orjson.loads(path.read_bytes())
        return Job(
            id=job_id,
            folder=path.parent,
            name=told["name"],
            received_at=told["received_at"],
            said=told["said"],
            as_of=told["as_of"] and dt.date.fromisoformat(told["as_of"]),
        )

    def all(self) -> list[Job]:
        """Every one, newest first."""
        found = [self.get(path.name) for path in self.folder.glob("S-*")] if self.folder.is_dir() else []
        return sorted(found, key=lambda job: (job.received_at, job.id), reverse=True)

    def due(self, rulebook: str) -> list[Job]:
        """Those not yet screened under a rulebook, oldest first: new ones, and all others when a rule has changed."""
        return [job for job in reversed(self.all()) if job.is_due(rulebook)]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Held by the one process that screens; a process that dies lets go of it."""
        import fcntl  # noqa: PLC0415  # not on Windows, where the service does not screen

        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".turn").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def keep_progress(outputs: Outputs, progress: Progress) -> None:
    """Let others see how far a run is."""
    outputs.hits.parent.mkdir(parents=True, exist_ok=True)
    path = outputs.hits.with_name("progress.json")
    beside = path.with_name(f".progress.{os.getpid()}")
    beside.write_bytes(orjson.dumps(attrs.asdict(progress)))
    beside.replace(path)


def keep_problem(outputs: Outputs, problem: str) -> None:
    """Say why a run cannot be made."""
    outputs.hits.parent.mkdir(parents=True, exist_ok=True)
    write_whole(outputs.hits.with_name("problem.json"), orjson.dumps({"problem": problem}))


def _changes(before: Outputs, after: Outputs) -> dict[str, Any]:
    """Scenes whose verdict is another since the rulebook changed, counted, with the first hundred."""
    old, new = _verdicts(before), _verdicts(after)
    changed = [
        {
            "scene_id": key[2],
            "source_row": key[1],
            "before": old.get(key, "clear"),
            "after": new.get(key, "clear"),
        }
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
    return {"scenes": len(changed), "first": changed[:100]}


def _verdicts(outputs: Outputs) -> dict[tuple[str, int, str], str]:
    import pyarrow.parquet as pq  # noqa: PLC0415  # heavy

    table = pq.read_table(outputs.hits, columns=["source", "row", "scene_id", "verdict"])
    columns = (table.column(name).to_pylist() for name in ("source", "row", "scene_id"))
    return dict(zip(zip(*columns, strict=True), table.column("verdict").to_pylist(), strict=True))
