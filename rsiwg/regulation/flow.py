"""A decision as a flowchart: questions with two ways out, some of them unanswered, and the path that is taken."""

from collections.abc import Mapping
from typing import Any

import attrs

from rsiwg.domain import Entry, Step
from rsiwg.domain.answer import UNDETERMINED


@attrs.frozen(kw_only=True)
class Node:
    """One question of a flowchart."""

    id: str
    question: str
    value: bool | None
    """None where nobody can tell."""
    shown: Any
    """What the request says, as JSON."""
    entry: Entry
    yes: str
    """Id of the node or outcome that follows."""
    no: str
    why: str = ""
    """What is known, as a sentence."""
    needs: tuple[str, ...] = ()

    @property
    def branches(self) -> tuple[str, ...]:
        """The ways out that may be taken; an entry that nobody has read decides nothing."""
        if self.value is None or not self.entry.verified:
            return (self.yes, self.no)
        return (self.yes,) if self.value else (self.no,)


@attrs.frozen(kw_only=True)
class Flow:
    """A flowchart without loops."""

    reading: str
    start: str
    nodes: Mapping[str, Node]
    """In the order in which a page draws them; every way out leads to a later one, or to an outcome."""
    outcomes: Mapping[str, str]
    """Id and title of each outcome."""

    @property
    def outcome(self) -> str:
        """The one outcome that every open way leads to, or undetermined."""
        reached = self._reached(self.start)
        return next(iter(reached)) if len(reached) == 1 else UNDETERMINED

    @property
    def path(self) -> tuple[Node, ...]:
        """The nodes that are passed, in order; after an unanswered question those of both ways."""
        passed = {self.start}
        for name, node in self.nodes.items():
            if name in passed:
                passed.update(node.branches)
        return tuple(node for name, node in self.nodes.items() if name in passed)

    def steps(self) -> tuple[Step, ...]:
        """The path as steps of a trace."""
        return tuple(
            Step.by(node.entry, node.question, node.shown, self._says(node), needs=node.needs)
            for node in self.path
        )

    def document(self) -> dict[str, Any]:
        """JSON from which the flowchart is drawn."""
        passed = {node.id for node in self.path}
        return {
            "reading": self.reading,
            "start": self.start,
            "outcome": self.outcome,
            "outcomes": dict(self.outcomes),
            "nodes": [
                {
                    "id": node.id,
                    "question": node.question,
                    "clause": node.entry.clause,
                    "value": {True: "yes", False: "no", None: "unknown"}[node.value],
                    "yes": node.yes,
                    "no": node.no,
                    "passed": node.id in passed,
                    "taken": [
                        way
                        for way, target in (("yes", node.yes), ("no", node.no))
                        if node.id in passed and target in node.branches
                    ],
                }
                for node in self.nodes.values()
            ],
        }

    def _reached(self, name: str) -> set[str]:
        if name in self.outcomes:
            return {name}
        return {end for branch in self.nodes[name].branches for end in self._reached(branch)}

    def _says(self, node: Node) -> str:
        word = {True: "Yes.", False: "No.", None: "It cannot be said."}[node.value]
        ways = [self.outcomes.get(b, "next question") for b in dict.fromkeys(node.branches)]
        return f"{word}{' ' + node.why if node.why else ''} -> {' or '.join(ways)}"
