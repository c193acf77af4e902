"""Company: what is to be said of a rule in view of the others, those with its id and those with its query."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Related
from rulefold.folding.near import Near, near_duplicates
from rulefold.folding.twins import same_logic, same_queries
from rulefold.queries import Looked, Looker
from rulefold.text import Place

CODES = {codes.SHARED_ID.id, codes.SAME_QUERY.id, codes.NEAR_DUPLICATE.id}

Comparison = Callable[[Sequence[str]], list[Near]]

MAX_TWINS = 100  # of a rule whose query more others have, so many are linked; all of them would be quadratic

_NAMED = 3  # of several others


@dataclass(frozen=True, slots=True)
class Member:
    """A rule of a catalogue, as others see it."""

    key: str
    id: str
    title: str
    query: str
    place: Place


@dataclass(frozen=True, slots=True)
class Company:
    """By key, what is to be said of a rule in view of others, and the keys of the first of those with its query."""

    told: dict[str, list[Diagnostic]]
    same_query: dict[str, tuple[str, ...]]


def company(
    members: Sequence[Member], twins: Sequence[list[int]], comparison: Comparison | None = near_duplicates
) -> Company:
    """What members of one catalogue have in common; keys are unique, and `twins` are indices of those with one query.

    `comparison` finds queries that are nearly the same, which takes longer than all else; without it, nobody does.
    """
    shared = _others(_with_one_id(members))
    near = _near(members, twins, comparison) if comparison else {}
    same = _others([members[n] for n in group] for group in twins)
    return Company(
        {
            one.key: [
                *_told(one, shared.get(one.key, _NONE), same.get(one.key, _NONE)),
                *_told_near(one, near.get(one.key, [])),
            ]
            for one in members
        },
        {key: tuple(other.key for other in others.first) for key, others in same.items()},
    )


def twins_of(queries: Sequence[str], looks: Sequence[Looked], looker: Looker | None) -> list[list[int]]:
    """Groups of queries that are the same: to a looker those that say the same, else those with the same tokens."""
    if looker is None:
        return list(same_queries(queries))
    return list(same_logic(queries, [looked.uses for looked in looks], looker.fingerprint))


@dataclass(frozen=True, slots=True)
class _Others:
    """Rules that have something in common with one: the first of them, and how many there are."""

    first: tuple[Member, ...]
    number: int


_NONE = _Others((), 0)


def _others(groups: Iterable[list[Member]]) -> dict[str, _Others]:
    return {
        one.key: _Others(tuple(islice((other for other in group if other is not one), MAX_TWINS)), len(group) - 1)
        for group in groups
        if len(group) > 1
        for one in group
    }


def _told(one: Member, shared: _Others, twins: _Others) -> Iterator[Diagnostic]:
    for code, others, common in ((codes.SHARED_ID, shared, "id"), (codes.SAME_QUERY, twins, "query")):
        if others.number:
            named = others.first[:_NAMED]
            names = ", ".join(f"{other.title!r}" for other in named)
            more = f" and {others.number - _NAMED} more" if others.number > _NAMED else ""
            related = [Related(other.place, "the other rule") for other in named]
            yield code.at(one.place, f"found the same {common} in another rule: {names}{more}", related=related)


def _near(
    members: Sequence[Member], twins: Sequence[list[int]], comparison: Comparison
) -> dict[str, list[tuple[float, Member]]]:
    """For each key whose query others nearly have, those that do not have it, the most similar first."""
    found: defaultdict[str, list[tuple[float, Member]]] = defaultdict(list)
    group_of = {n: number for number, group in enumerate(twins) for n in group}
    for first, second, similarity in comparison([member.query for member in members]):
        if first in group_of and group_of[first] == group_of.get(second):
            continue
        one, other = members[first], members[second]
        found[one.key].append((similarity, other))
        found[other.key].append((similarity, one))
    return {key: sorted(others, key=lambda near: (-near[0], near[1].key)) for key, others in found.items()}


def _told_near(one: Member, others: Sequence[tuple[float, Member]]) -> Iterator[Diagnostic]:
    if others:
        names = ", ".join(f"{other.title!r} ({similarity:.0%})" for similarity, other in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        related = [Related(other.place, "the other rule") for _, other in others[:_NAMED]]
        message = f"found nearly the same query in another rule: {names}{more}"
        yield codes.NEAR_DUPLICATE.at(one.place, message, related=related)


def _with_one_id(members: Iterable[Member]) -> Iterable[list[Member]]:
    by_id: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        if member.id:
            by_id[member.id.lower()].append(member)
    return by_id.values()
