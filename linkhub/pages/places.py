"""What tells links of one key apart: the attempt, where there are several, and the pod."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from linkhub.links.read import ShownLink


class Places:
    """The places of some links, gathered once: a run may have thousands of pods."""

    def __init__(self, links: Iterable[ShownLink]) -> None:
        attempts: dict[tuple[str | None, str], set[int | None]] = defaultdict(set)
        pods: dict[tuple[str | None, str, int | None], set[str]] = defaultdict(set)
        for link in links:
            attempts[link.action, link.key].add(link.attempt)
            if link.pod:
                pods[link.action, link.key, link.attempt].add(link.pod)
        self._several_attempts = {group for group, found in attempts.items() if len(found) > 1}
        self._starts = {
            group: _start(sorted(names)) for group, names in pods.items() if len(names) > 1
        }

    def of(self, link: ShownLink) -> str:
        """Words for the link's place, `""` where it is the only one of its key."""
        parts = []
        if link.attempt and (link.action, link.key) in self._several_attempts:
            parts.append(f"attempt {link.attempt}")
        start = self._starts.get((link.action, link.key, link.attempt))
        if link.pod and start is not None:
            parts.append(link.pod[start:] or link.pod)
        return " · ".join(parts)


def _start(names: Sequence[str]) -> int:
    """Where the part that differs begins, of sorted names; a bare number takes its word along."""
    pairs = enumerate(zip(names[0], names[-1], strict=False))
    same = next((at for at, (one, other) in pairs if one != other), len(names[0]))
    start = names[0].rfind("-", 0, same) + 1
    if all(name[start:].isdigit() for name in names):
        start = names[0].rfind("-", 0, max(start - 1, 0)) + 1
    return start
