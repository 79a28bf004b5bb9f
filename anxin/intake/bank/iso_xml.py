"""An ISO 20022 message as objects: which message it is, read without entities by the binding of its version."""

import dataclasses
import importlib
import re
import warnings
from functools import lru_cache
from typing import Any

from lxml import etree
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler

from anxin.intake.sheets.workbook import SheetError

MAX_BYTES = 32 * 1024 * 1024
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((camt|pain)\.(052|053|054|002)\.001\.(\d{2}))")
_XML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<[?!A-Za-z]")
_SUPPORTED = "camt.052、camt.053、camt.054、pain.002"


def is_xml(content: bytes) -> bool:
    """Whether a file looks like XML (and not like a web page)."""
    head = content[:200]
    return bool(_XML.match(head)) and b"<html" not in head.lower()


def parse(content: bytes) -> tuple[str, Any]:
    """The message (e.g. ``camt.053``) and its document as a pyiso20022 object. Raises SheetError.

    Entities and document types are refused: a bank's message has none, and they can read files or fill memory.
    """
    if len(content) > MAX_BYTES:
        raise SheetError(
            f"报文超过{MAX_BYTES // 2**20}MB，请分段导出。", f"The message is larger than {MAX_BYTES // 2**20} MB."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(content.strip(), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SheetError(
            "XML报文不完整或有语法错误，请重新导出。", "The XML is incomplete or malformed; export it again."
        ) from error
    if root.getroottree().docinfo.doctype:
        raise SheetError("XML报文不得含DOCTYPE。", "The XML must not have a DOCTYPE.")
    document = _document(root)
    found = _NAMESPACE.fullmatch(etree.QName(document).namespace or "") if document is not None else None
    binding = _binding(found.group(1)) if found else None
    if document is not None and found is not None and binding is None:
        binding = _newest(document, found.group(2), found.group(3), int(found.group(4)))
    if document is None or found is None or binding is None:
        raise SheetError(f"不支持的报文类型，可读{_SUPPORTED}。", f"This message is not supported; {_SUPPORTED} are.")
    try:
        with warnings.catch_warnings():
            # A value that is no number or date stays text; the row that holds it is refused by itself.
            warnings.simplefilter("ignore", ConverterWarning)
            parsed = _parser().parse(etree.ElementTree(document), binding)
    except (ParserError, ValueError, TypeError) as error:
        raise SheetError(
            "报文内容不符合ISO 20022，请联系银行重新导出。", "The message does not follow ISO 20022."
        ) from error
    if not any(getattr(parsed, name) is not None for name in vars(parsed)):
        raise SheetError("报文没有内容，请联系银行重新导出。", "The message has no content; export it again.")
    return f"{found.group(2)}.{found.group(3)}", parsed


def _document(root: Any) -> Any:
    """The Document element, also inside an envelope with a business header."""
    for element in root.iter(etree.Element):
        if etree.QName(element).localname == "Document":
            return element
    return None


@lru_cache(maxsize=16)
def _binding(version: str) -> Any:
    name = version.replace(".", "_")
    try:
        module = importlib.import_module(f"pyiso20022.{name[:4]}.{name}")
    except ImportError:
        return None
    return module.Document


def _newest(document: Any, family: str, message: str, version: int) -> Any:
    """The newest known binding for a message up to three versions newer, whose elements are renamed to fit.

    New versions of these messages add elements at the edges; what is read here has stood since camt.053.001.08.
    """
    older = range(version - 1, max(version - 4, 7), -1)
    known = next((v for v in older if _binding(f"{family}.{message}.001.{v:02d}")), None)
    if known is None:
        return None
    name = f"{family}.{message}.001.{known:02d}"
    for element in document.iter(f"{{{etree.QName(document).namespace}}}*"):
        element.tag = f"{{urn:iso:std:iso:20022:tech:xsd:{name}}}{etree.QName(element).localname}"
    return _binding(name)


def _even_incomplete(kind: type[Any], known: dict[str, Any]) -> Any:
    """An object of a message, with None for what the bank left out though the standard demands it."""
    for field in dataclasses.fields(kind):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            known.setdefault(field.name, None)
    return kind(**known)


@lru_cache(maxsize=1)
def _parser() -> Any:
    config = ParserConfig(
        fail_on_unknown_properties=False, fail_on_unknown_attributes=False, class_factory=_even_incomplete
    )
    return XmlParser(config=config, handler=LxmlEventHandler)
