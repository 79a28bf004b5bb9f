"""Filling a Word template. What an office may write in one is a small language: names, loops over rows, conditions.

A template is somebody's file, so it is read as such: no macros, no outside references, no entity, no program. Every
piece of template text is parsed and every construct that is not on the list is refused before it runs, in Jinja's
sandbox besides; this holds when a paper is made, not only when the template was checked.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, StrictUndefined, Template, TemplateError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from anxin.vault.evidence import NotEvidence, check

MAX_TEMPLATE = 2 * 1024 * 1024
_MAX_OPENED = 20 * 1024 * 1024
_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
_EXTERNAL = re.compile(rb'TargetMode\s*=\s*["\']External["\']', re.IGNORECASE)
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class BadTemplate(ValueError):
    """What is wrong with a template, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class _Small(ImmutableSandboxedEnvironment):
    """Jinja with nothing but names, attributes of rows, loops and conditions; notes the names it saw."""

    def __init__(self, *, strict: bool = True) -> None:
        super().__init__(undefined=StrictUndefined if strict else ChainableUndefined, autoescape=True)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self.seen: set[str] = set()

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Template:
        """Parse, look at every construct, and only then compile."""
        tree = self.parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                word = type(node).__name__
                raise BadTemplate(
                    f"模板中有不允许的写法（{word}）。只能使用 {{{{ 名称 }}}}、逐行循环和条件。",
                    f"The template uses {word}; only names, loops over rows and conditions are allowed.",
                )
            if isinstance(node, nodes.For) and (
                not isinstance(node.iter, nodes.Name) or node.recursive or any(True for _ in _within(node))
            ):
                raise BadTemplate("循环只能逐行列出人员或分期。", "A loop goes over rows or instalments only.")
            if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
                raise BadTemplate("模板中的名称不能以下划线开头。", "A name must not begin with an underscore.")
        self.seen |= find_undeclared_variables(tree)
        return super().from_string(tree, globals, template_class)


def _within(loop: nodes.For) -> Iterator[nodes.For]:
    # A loop in a loop in a loop over a large group would not end.
    return (inner for inner in loop.find_all(nodes.For) if inner is not loop)


def inspect(content: bytes) -> None:
    """Look at a template as a file. Raises BadTemplate."""
    try:
        check(content, kinds=("docx",), limit=MAX_TEMPLATE)
    except NotEvidence as refused:
        raise BadTemplate(refused.reason, refused.reason_en) from None
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MAX_OPENED or len(parts.infolist()) > 500:
            raise BadTemplate("模板解压后过大。", "The template is too large when opened.")
        for part in parts.infolist():
            name = part.filename
            if not name.endswith((".xml", ".rels")):
                continue
            text = parts.read(part)
            if _ENTITY.search(text):
                raise BadTemplate("模板含有实体声明，不能使用。", "The template declares entities.")
            if name.endswith(".rels") and _EXTERNAL.search(text):
                raise BadTemplate(
                    "模板引用了外部文件或网址，请改为把内容放进文档。",
                    "The template refers to a file or address outside itself.",
                )


def fill(content: bytes, values: Mapping[str, object]) -> bytes:
    """The .docx of a template with its names filled in. Raises BadTemplate, also for a name that has no value."""
    return _fill(content, values)[0]


def names_in(content: bytes, values: Mapping[str, object]) -> set[str]:
    """The names a template uses, known or not, found by filling it in. Raises as ``fill``."""
    return _fill(content, values, strict=False)[1]


def _fill(content: bytes, values: Mapping[str, object], *, strict: bool = True) -> tuple[bytes, set[str]]:
    inspect(content)
    small = _Small(strict=strict)
    made = io.BytesIO()
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.render({name: _lines(value) for name, value in values.items()}, jinja_env=small, autoescape=True)
        template.save(made)
    except BadTemplate:
        raise
    except TemplateError as error:
        # Jinja's own words name the placeholder and never a value.
        raise BadTemplate(
            f"模板无法填写：{error.message}", f"The template cannot be filled in: {error.message}"
        ) from None
    except Exception as error:
        word = type(error).__name__
        raise BadTemplate(f"模板无法打开（{word}）。", f"The template cannot be opened ({word}).") from None
    return made.getvalue(), small.seen


def _lines(value: object) -> object:
    # Signs that XML cannot hold would break the file. To docxtpl a bell begins a new paragraph of the same look.
    if isinstance(value, str):
        return "".join(sign for sign in value if sign in "\n\t" or _fits(sign)).strip("\n").replace("\n", "\a")
    if isinstance(value, list):
        return [{key: _lines(text) for key, text in row.items()} for row in value]
    return value


def _fits(sign: str) -> bool:
    return sign >= " " and sign not in "\ufffe\uffff" and not "\ud800" <= sign <= "\udfff"


def text_of(content: bytes) -> str:
    """What the body of a .docx says, one line a paragraph. Raises ValueError when it is none."""
    try:
        return _text(content, ("word/document.xml",))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
        raise ValueError("This is no Word document.") from None


@dataclass(frozen=True)
class Block:
    """A piece of a paper to show on a page: a paragraph with its ``look`` (center, right, indent or blank), or a table
    by its ``rows``."""

    text: str = ""
    look: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(content: bytes) -> list[Block]:
    """The body of a .docx as it is laid out, roughly. Raises ValueError when it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            body = etree.fromstring(parts.read("word/document.xml"), parser).find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
        raise ValueError("This is no Word document.") from None
    found = []
    for one in body if body is not None else ():
        if one.tag == f"{_W}tbl":
            rows = [[_cell(cell) for cell in row.iter(f"{_W}tc")] for row in one.iter(f"{_W}tr")]
            found.append(Block(rows=tuple(tuple(row) for row in rows)))
        elif one.tag == f"{_W}p" and _paragraph(one).strip():
            align, indent = one.find(f"{_W}pPr/{_W}jc"), one.find(f"{_W}pPr/{_W}ind")
            look = str(align.get(f"{_W}val")) if align is not None else ""
            if look not in ("center", "right"):
                look = "indent" if indent is not None and indent.get(f"{_W}firstLine") else ""
            found.append(Block(_paragraph(one).strip(), look))
    return found


def _cell(cell: Any) -> str:
    return "\n".join(_paragraph(one) for one in cell.iter(f"{_W}p"))


def everything_in(content: bytes) -> str:
    """Everything a .docx holds: every paragraph as it reads, and every part as it is, marks and properties too."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [name for name in sorted(parts.namelist()) if name.endswith((".xml", ".rels"))]
        raw = "\n".join(parts.read(name).decode("utf-8", "replace") for name in names)
    return _text(content, tuple(name for name in names if name.startswith("word/"))) + "\n" + raw


def _text(content: bytes, names: tuple[str, ...]) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    said = []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in names:
            tree = etree.fromstring(parts.read(name), parser)
            said += [_paragraph(paragraph) for paragraph in tree.iter(f"{_W}p")]
    return "\n".join(said)


def _paragraph(paragraph: Any) -> str:
    words = []
    for one in paragraph.iter():
        if one.tag in (f"{_W}t", f"{_W}delText"):
            words.append(one.text or "")
        elif one.tag == f"{_W}tab":
            words.append("\t")
        elif one.tag in (f"{_W}br", f"{_W}cr"):
            words.append("\n")
    return "".join(words)
