import { find } from "../page/elements.js";
import { asHtml } from "./copied_html.js";
import { asText } from "./copied_text.js";

/**
 * @import { Announcer } from "../page/announcer.js"
 * @import { Clock } from "../page/clock.js"
 * @typedef {{text: string, html?: string}} Content
 */

const SHOWN = 2_000;

/** Copies an answer with its sources, a block of code, or a link. */
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
    if (await this.#write({ text: asText(turn), html: asHtml(turn) })) this.#confirm(button.lastChild);
  }

  /** @param {string} address @param {HTMLElement} button shows for two seconds that the link was copied */
  async copyLink(address, button) {
    if (await this.#write({ text: address })) this.#confirm(find(button, "copy-label", HTMLElement));
  }

  /** @param {HTMLElement} block @param {HTMLElement} button shows for two seconds that the code was copied */
  async copyCode(block, button) {
    if (!(await this.#write({ text: (block.textContent ?? "").replace(/\n$/u, "") }))) return;
    button.dataset.copied = "";
    this.#clock.after(SHOWN, () => delete button.dataset.copied);
  }

  /** @param {Node | null} label */
  #confirm(label) {
    if (label === null || label.textContent === "Copied") return;
    const before = label.textContent;
    label.textContent = "Copied";
    this.#clock.after(SHOWN, () => {
      label.textContent = before;
    });
  }

  /** @param {Content} content @returns {Promise<boolean>} whether it was copied */
  async #write(content) {
    const isCopied = await write(content);
    this.#announcer.say(isCopied ? "Copied" : "The browser did not allow copying");
    return isCopied;
  }
}

/** @param {Content} content @returns {Promise<boolean>} whether it was copied */
async function write(content) {
  try {
    const types = Object.entries(byType(content)).map(([type, text]) => [type, new Blob([text], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(types))]);
    return true;
  } catch {
    return writeThroughSelection(content);
  }
}

/** @param {Content} content @returns {Record<string, string>} */
function byType({ text, html }) {
  return html === undefined ? { "text/plain": text } : { "text/plain": text, "text/html": html };
}

/**
 * Copy through a selection: on plain http browsers have no clipboard API.
 * @param {Content} content
 * @returns {boolean} whether it was copied
 */
function writeThroughSelection(content) {
  const focused = document.activeElement;
  const box = document.body.appendChild(document.createElement("textarea"));
  box.value = content.text;
  box.className = "visually-hidden";
  box.select();
  const fill = (/** @type {ClipboardEvent} */ event) => {
    for (const [type, text] of Object.entries(byType(content))) event.clipboardData?.setData(type, text);
    event.preventDefault();
  };
  document.addEventListener("copy", fill);
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    document.removeEventListener("copy", fill);
    box.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
