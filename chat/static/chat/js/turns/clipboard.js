import { findRequired } from "../page/elements.js";

/**
 * @import { Announcer } from "../page/announcer.js"
 * @import { Clock } from "../page/clock.js"
 */

const SHOWN = 2_000;

/** Copies an answer with its sources. */
export class Clipboard {
  /** @type {Clock} */ #clock;
  /** @type {Announcer} */ #announcer;

  /** @param {{clock: Clock, announcer: Announcer}} parts */
  constructor({ clock, announcer }) {
    this.#clock = clock;
    this.#announcer = announcer;
  }

  /** @param {HTMLElement} turn @param {HTMLElement} button shows for two seconds that the answer was copied */
  async copy(turn, button) {
    const isCopied = await write(asText(turn));
    this.#announcer.say(isCopied ? "Copied" : "The browser did not allow copying");
    if (!isCopied) return;
    const label = button.lastChild;
    if (label === null || label.textContent === "Copied") return;
    const before = label.textContent;
    label.textContent = "Copied";
    this.#clock.after(SHOWN, () => {
      label.textContent = before;
    });
  }
}

/**
 * Return the answer of a turn as text, with its markers in brackets and the cited sources below it.
 * @param {HTMLElement} turn
 * @returns {string}
 */
export function asText(turn) {
  const answer = withBrackets(findRequired(turn, "answer", HTMLElement));
  const sources = [...turn.querySelectorAll("[data-sources] > ol > li")].map(sourceAsText);
  return sources.length === 0 ? answer : `${answer}\n\nSources\n${sources.join("\n")}`;
}

/**
 * Return the text of an answer with its markers in brackets. ``innerText`` depends on the layout, so the brackets are
 * added to the page itself for a moment.
 * @param {HTMLElement} answer
 * @returns {string}
 */
function withBrackets(answer) {
  const found = [...answer.querySelectorAll('a[href^="#source-"], sup')];
  const markers = found.map((marker) => ({ marker, number: marker.textContent }));
  for (const { marker, number } of markers) marker.textContent = `[${number}]`;
  const text = answer.innerText.trim();
  for (const { marker, number } of markers) marker.textContent = number;
  return text;
}

/** @param {Element} source @param {number} index @returns {string} */
function sourceAsText(source, index) {
  const lines = [...source.children].map((part) => part.textContent.trim().replace(/\s+/gu, " "));
  const [head, place, excerpt] = [lines[0] ?? "", lines[1] ?? "", lines[2] ?? ""];
  const title = head.replace(/^\d+\s*/u, "");
  return `[${/^\d+/u.exec(head)?.[0] ?? index + 1}] ${[title, place].filter(Boolean).join(", ")}: “${excerpt}”`;
}

/** @param {string} text @returns {Promise<boolean>} whether it was copied */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeThroughSelection(text);
  }
}

/**
 * Copy through a selection: on plain http browsers have no clipboard API.
 * @param {string} text
 * @returns {boolean} whether it was copied
 */
function writeThroughSelection(text) {
  const focused = document.activeElement;
  const box = document.body.appendChild(document.createElement("textarea"));
  box.value = text;
  box.className = "visually-hidden";
  box.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    box.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
