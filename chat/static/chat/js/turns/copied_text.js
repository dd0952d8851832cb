import { find, findRequired } from "../page/elements.js";
import { MARKER } from "../sources/source.js";

/**
 * @typedef {{number: string, title: string, place: string, excerpt: string, address: string}} CopiedSource
 */

/**
 * Return the answer of a turn as text, with its markers in brackets, and below it the cited sources and who wrote it.
 * @param {HTMLElement} turn
 * @returns {string}
 */
export function asText(turn) {
  const answer = textOf(findRequired(turn, "answer", HTMLElement));
  const sources = sourcesOf(turn).map(({ number, title, place, excerpt }) => {
    return `[${number}] ${[title, place].filter(Boolean).join(", ")}: “${excerpt}”`;
  });
  const parts = [answer, sources.length === 0 ? "" : `Sources\n${sources.join("\n")}`, creditOf(turn)];
  return parts.filter(Boolean).join("\n\n");
}

/**
 * Return the line that says that an AI has written the answer, and which; empty if there is none.
 * @param {HTMLElement} turn
 * @returns {string}
 */
export function creditOf(turn) {
  const credit = textIn(find(turn, "credit", HTMLElement));
  return credit && `${credit}.`;
}

/**
 * Return what the page shows of the sources of a turn.
 * @param {HTMLElement} turn
 * @returns {CopiedSource[]}
 */
export function sourcesOf(turn) {
  return [...turn.querySelectorAll("[data-sources] > ol > li")].map((source) => {
    const part = (/** @type {string} */ name) => textIn(source.querySelector(`.source__${name}`));
    const link = source.querySelector("a.source__title");
    return {
      number: part("number").replace(/\D+/gu, ""),
      title: part("title"),
      place: [part("speaker"), part("time")].filter(Boolean).join(" "),
      excerpt: part("excerpt"),
      address: link instanceof HTMLAnchorElement ? link.href : "",
    };
  });
}

/**
 * Return the text of an answer with its markers in brackets and the numbers of its lists. ``innerText`` depends on the
 * layout, so these are added to the page itself for a moment.
 * @param {HTMLElement} answer
 * @returns {string}
 */
function textOf(answer) {
  const markers = [...answer.querySelectorAll(`${MARKER}, sup`)];
  const items = [...answer.querySelectorAll("li")];
  const added = [
    ...markers.flatMap((marker) => [addTo(marker, "[", "prepend"), addTo(marker, "]", "append")]),
    ...items.map((item) => addTo(firstLine(item), sign(item), "prepend")),
  ];
  const text = answer.innerText.trim();
  for (const node of added) node.remove();
  return text;
}

/** @param {Element} element @param {string} text @param {"prepend" | "append"} where @returns {Text} */
function addTo(element, text, where) {
  const node = document.createTextNode(text);
  element[where](node);
  return node;
}

/** @param {Element} item of a list @returns {Element} what its text begins in */
function firstLine(item) {
  const first = item.firstElementChild;
  return first?.matches("p") ? first : item;
}

/** @param {Element} item of a list @returns {string} its number or bullet */
function sign(item) {
  const list = item.parentElement;
  if (!(list instanceof HTMLOListElement)) return "• ";
  return `${list.start + [...list.children].indexOf(item)}. `;
}

/** @param {Element | null} element @returns {string} */
function textIn(element) {
  return (element?.textContent ?? "").trim().replace(/\s+/gu, " ");
}
