import { findRequired } from "../page/elements.js";
import { MARKER } from "../sources/source.js";
import { creditOf, sourcesOf } from "./copied_text.js";

/** @import { CopiedSource } from "./copied_text.js" */

const NAMESPACE = ' xmlns="http://www.w3.org/1999/xhtml"';
const KEPT = new Set(["align", "dir", "href", "start"]);

/**
 * Return the answer of a turn with its sources as HTML for a mail or a document: without classes, tables with lines,
 * each marker a link to the place in the recording, and at its end who wrote it.
 * @param {HTMLElement} turn
 * @returns {string}
 */
export function asHtml(turn) {
  const sources = sourcesOf(turn);
  const copy = document.createElement("div");
  copy.append(...[...findRequired(turn, "answer", HTMLElement).childNodes].map((node) => node.cloneNode(true)));
  for (const button of copy.querySelectorAll("button, [data-cursor]")) button.remove();
  for (const marker of copy.querySelectorAll(`${MARKER}, sup`)) marker.replaceWith(markerOf(marker, sources));
  for (const span of copy.querySelectorAll("span:not([dir]), .code-block")) span.replaceWith(...span.childNodes);
  for (const element of copy.querySelectorAll("*")) clean(element);
  for (const table of copy.querySelectorAll("table")) line(table);
  if (sources.length > 0) copy.append(paragraph("Sources"), ...sources.map(sourceAsHtml));
  const credit = creditOf(turn);
  if (credit !== "") copy.append(paragraph(credit));
  return new XMLSerializer().serializeToString(copy).replaceAll(NAMESPACE, "");
}

/** @param {Element} marker @param {CopiedSource[]} sources @returns {Node} */
function markerOf(marker, sources) {
  const number = marker.textContent ?? "";
  return linked(sources.find((source) => source.number === number)?.address ?? "", `[${number}]`);
}

/** @param {CopiedSource} source @returns {HTMLElement} */
function sourceAsHtml({ number, title, place, excerpt, address }) {
  const source = paragraph(`[${number}] `);
  source.append(linked(address, title), `${place && `, ${place}`}: “${excerpt}”`);
  return source;
}

/** @param {string} address empty for none @param {string} text @returns {Node} */
function linked(address, text) {
  if (address === "") return document.createTextNode(text);
  const link = document.createElement("a");
  link.setAttribute("href", address);
  link.textContent = text;
  return link;
}

/** @param {string} text @returns {HTMLElement} */
function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

/** @param {Element} element */
function clean(element) {
  for (const { name } of [...element.attributes]) if (!KEPT.has(name)) element.removeAttribute(name);
}

/** Give a table the lines that the style of the page gives it. @param {Element} table */
function line(table) {
  for (const [name, value] of Object.entries({ border: "1", cellpadding: "6", cellspacing: "0" })) {
    table.setAttribute(name, value);
  }
}
