"""The text of a Word document (``.docx``), a line for each line of it.

The parts are read here and not by a library for Word, because that leaves out what stands in content controls, links
and tracked insertions: words that were said.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element

from .transcript import Unreadable
from .xml import attribute, local, parsed_xml

SUFFIX = ".docx"
_DOCUMENT = "word/document.xml"
LARGEST_DOCUMENT = 100 * 1024 * 1024
"""Bytes of the text's part, unpacked. The zip module reads no more than the archive declares."""
_NOT_SAID = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText"})


def is_archive(data: bytes) -> bool:
    """Return whether the bytes begin like a zip archive, which a Word document is."""
    return data.startswith(b"PK\x03\x04")


def text_of(data: bytes) -> str:
    """Return the text of a Word document. Raise ``Unreadable`` if it is none, or unpacks to too much."""
    root = parsed_xml(_part(data))
    return "\n".join("".join(_marks(paragraph)).strip("\n") for paragraph in _paragraphs(root))


def _part(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = archive.getinfo(_DOCUMENT).file_size
            if size > LARGEST_DOCUMENT:
                raise Unreadable(
                    f"unpacks to {size / 2**20:,.0f} MB; a Word document may have {LARGEST_DOCUMENT // 2**20} MB",
                    line=1,
                )
            return archive.read(_DOCUMENT)
    except KeyError:
        raise Unreadable("an archive, but not a Word document; unpack it and import what is in it", line=1) from None
    except RuntimeError:  # from the zip module: encrypted
        raise Unreadable("protected by a password; save it without one", line=1) from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise Unreadable(f"a damaged Word document: {error}", line=1) from None


def _paragraphs(root: Element) -> Iterator[Element]:
    """Yield the paragraphs in order, without those inside another, such as in a text box."""
    stack = [root]
    while stack:
        element = stack.pop()
        if local(element.tag) == "p":
            yield element
        elif local(element.tag) not in _NOT_SAID and local(element.tag) != "Fallback":
            stack.extend(reversed(element))


def _marks(paragraph: Element) -> Iterator[str]:
    style = next((attribute(part, "val") for part in paragraph.iter() if local(part.tag) == "pStyle"), "")
    if style.lower().startswith("heading"):
        yield "## "
    stack = [paragraph]
    while stack:
        element = stack.pop()
        kind = local(element.tag)
        if kind == "t":
            yield element.text or ""
        elif kind == "tab" and element is not paragraph:
            yield "\t"
        elif kind in ("br", "cr"):
            yield "\n"
        elif kind == "p" and element is not paragraph:
            yield "\n"
            stack.extend(reversed(element))
        elif kind not in _NOT_SAID and kind != "Fallback":
            stack.extend(reversed(element))
