"""XML from strangers: without documents types, entities or anything outside of the file."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from .transcript import Unreadable


def parsed_xml(text: str | bytes) -> Element:
    """Return the root of an XML document. Raise ``Unreadable`` if it is none, or has a document type."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except ParseError as error:
        raise Unreadable(f"not XML: {str(error).partition(':')[0]}", line=error.position[0]) from None
    except DefusedXmlException:
        raise Unreadable("XML with a document type or entities of its own, which may be harmful", line=1) from None
    except (RecursionError, ValueError):
        raise Unreadable("XML that is nested too deeply or has a false encoding", line=1) from None
    return root


def local(name: object) -> str:
    """Return the name of an element or attribute without its namespace."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def attribute(element: Element, name: str) -> str:
    """Return an attribute, whatever its namespace is; empty if the element has none."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")
