"""Bring the English translations in step with the sentences in the source.

``python tools/messages.py`` adds new sentences to ``anxin/locale/en/LC_MESSAGES/django.po`` with an empty translation,
drops those no longer used and answers 1 while any translation is missing. The source language is Chinese.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "anxin"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = """# English of the pages; the source language is Chinese. Kept by tools/messages.py.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
Message = str | tuple[str, ...]


def sentences() -> dict[Message, str]:
    """Every sentence marked for translation in Python and templates, with the first file that has it.

    Only texts with a Chinese character count: an untranslated format or name needs no English.
    """
    from django.utils.translation.template import templatize

    found: dict[Message, str] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            # Inside brackets Python's tokens ask for no indentation.
            text = f"({templatize(text, origin=str(path))})"
        for _line, message, _comments, _context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            key: Message = tuple(message) if isinstance(message, (list, tuple)) else message
            said = key if isinstance(key, str) else "".join(key)
            if any("\u3400" <= character <= "\u9fff" for character in said):
                found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def read_catalog() -> Catalog:
    with PO.open("rb") as handle:
        return read_po(handle, locale="en", domain="django")


def untranslated() -> list[Message]:
    """Sentences of the source that the catalog does not say in English."""
    catalog = read_catalog()
    missing: list[Message] = []
    for key in sentences():
        entry = catalog.get(key)
        told = entry.string if entry is not None else ""
        if not (all(told) if isinstance(told, (list, tuple)) else told):
            missing.append(key)
    return missing


def update() -> None:
    """Write the catalog anew: sentences in the order of their text, translations kept."""
    old = read_catalog() if PO.exists() else Catalog(locale="en", domain="django")
    new = Catalog(locale="en", domain="django", project="anxin", charset="utf-8", fuzzy=False)
    for key in sorted(sentences(), key=str):
        entry = old.get(key)
        new.add(key, entry.string if entry is not None else None)
    write_catalog(new)


def write_catalog(catalog: Catalog) -> None:
    """Write the file without the dates and names that would change with every run."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as handle:
        handle.write(HEADER.encode())
        write_po(handle, catalog, width=0, omit_header=True, no_location=True)


def main() -> int:
    update()
    missing = untranslated()
    for key in missing:
        print(f"no English for: {key}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
