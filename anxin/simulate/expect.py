"""Which rules should speak of a breach, and from when."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from anxin.simulate.site import Site, Span

if TYPE_CHECKING:
    from anxin.simulate.truth import Fact


def expect(fact: "Fact", site: Site, time: Span) -> Iterator[tuple[str, str, int, int]]:
    """(rule, object, first day it should speak, first day it should be silent) for a breach at a site."""
    return iter(())
