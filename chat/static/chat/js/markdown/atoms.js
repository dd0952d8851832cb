import { trimmedEnd } from "./blanks.js";
import { REFERENCE, character } from "./entities.js";
import { BARE, POINTED, POINTED_MAIL, bareEnd, safe } from "./links.js";
import { Node, joined } from "./node.js";

/**
 * What stands in a text as a whole: addresses and character references.
 *
 * @import { Child } from "./node.js"
 * @typedef {{child: Child, end: number}} Atom
 */

/**
 * Return the element of a link.
 * @param {Child[]} children
 * @param {string} href checked by ``safe``
 * @returns {Node}
 */
export function addressed(children, href) {
  return new Node("a", children, { href, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/**
 * Return the element of some code: line breaks are spaces, and one at each end is not shown.
 * @param {string} text
 * @returns {Node}
 */
export function coded(text) {
  const code = text.replaceAll("\n", " ");
  const isPadded = code.startsWith(" ") && code.endsWith(" ") && trimmedEnd(code, " ") !== "";
  return new Node("code", [isPadded ? code.slice(1, -1) : code]);
}

/**
 * Return the text of a link without the addresses in it, which stay text.
 * @param {Child[]} children
 * @returns {Child[]}
 */
export function withoutLinks(children) {
  return children.flatMap((child) => {
    if (typeof child === "string") return [child];
    const inner = joined(withoutLinks(child.children));
    if (child.tag === "a") return inner;
    child.children = inner;
    return [child];
  });
}

/**
 * Return the address in pointed brackets that stands here; null if there is none.
 * @param {string} text
 * @param {number} at
 * @returns {Atom | null}
 */
export function pointedAt(text, at) {
  const mail = matchAt(POINTED_MAIL, text, at);
  const match = mail ?? matchAt(POINTED, text, at);
  const href = match && safe(mail ? `mailto:${match[1]}` : match[1]);
  return match && href ? { child: addressed([match[1]], href), end: at + match[0].length } : null;
}

/**
 * Return the character that is referred to here; null if none is.
 * @param {string} text
 * @param {number} at
 * @returns {Atom | null}
 */
export function entityAt(text, at) {
  const reference = matchAt(REFERENCE, text, at);
  const meant = reference && character(reference.groups ?? {});
  return reference && meant !== null ? { child: meant, end: at + reference[0].length } : null;
}

/**
 * Return the address that begins here; as text if it does not lead anywhere.
 * @param {string} text
 * @param {number} at
 * @returns {Atom}
 */
export function bareAt(text, at) {
  const found = matchAt(BARE, text, at)?.[0] ?? "";
  const end = bareEnd(found);
  const href = safe(found.slice(0, end));
  if (href === null) return { child: found, end: at + found.length };
  return { child: addressed([found.slice(0, end)], href), end: at + end };
}

/** @param {RegExp} expression @param {string} text @param {number} at @returns {RegExpExecArray | null} */
function matchAt(expression, text, at) {
  expression.lastIndex = at;
  return expression.exec(text);
}
