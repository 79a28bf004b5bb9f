"""axe-core in the browser of a story: what breaks WCAG 2.2 AA on a page."""

from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

FILE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@lru_cache(maxsize=1)
def _source() -> str:
    assert FILE.exists(), "axe-core is not there. Run: make install"
    return FILE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Each broken rule of the page as it stands: rule, element, what is wrong."""
    page.wait_for_load_state("load")
    page.evaluate(_source())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", list(TAGS)
    )
    assert found["passes"], "axe looked at nothing"
    return [
        f"{page.url} {one['id']}: {node['html'][:160]} – {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
