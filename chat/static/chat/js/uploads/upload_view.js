import { find, findRequired } from "../page/elements.js";
import { Pace } from "./pace.js";
import { sizeInWords } from "./progress_words.js";
import { UploadState } from "./upload_state.js";
import { uploadInWords } from "./upload_words.js";

/**
 * @import { Clock } from "../page/clock.js"
 * @import { Upload } from "./upload.js"
 * @typedef {"choose" | "attach" | "again" | "cancel"} Action
 */

/** @type {readonly Action[]} */
const ACTIONS = ["choose", "attach", "again", "cancel"];
const UUID = /[0-9a-f-]{36}/u;

/** Shows one recording on its way: how far it is, in words and as a bar, and what can be done. */
export class UploadView {
  /** @type {HTMLElement} */ element;
  /** @type {Upload} */ #upload;
  /** @type {Pace} */ #pace;
  #seen = 0;

  /**
   * @param {{upload: Upload, template: HTMLTemplateElement, clock: Clock, act: (action: Action) => void}} parts
   */
  constructor({ upload, template, clock, act }) {
    const row = template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) throw new Error("The template of an upload is empty.");
    this.element = row;
    this.#upload = upload;
    this.#pace = new Pace(clock);
    for (const action of ACTIONS) this.#button(action).addEventListener("click", () => act(action));
    const input = findRequired(row, "upload-transcript", HTMLInputElement);
    input.addEventListener("change", () => input.files?.[0] && upload.attach(input.files[0]));
  }

  refresh() {
    const { state, size, title } = this.#upload;
    this.#measure();
    this.element.dataset.state = state;
    this.#write("upload-title", title);
    this.#write("upload-facts", size > 0 ? sizeInWords(size) : "");
    this.#write("upload-words", uploadInWords(this.#upload, this.#pace.speed));
    this.#showBar();
    this.#showLinks();
    this.#showButtons();
  }

  /** Move the focus into this row, onto the first thing that can be done. */
  focus() {
    const first = this.element.querySelector("a:not([hidden]), button:not([hidden])");
    if (first instanceof HTMLElement) first.focus();
  }

  chooseTranscript() {
    findRequired(this.element, "upload-transcript", HTMLInputElement).click();
  }

  #measure() {
    const { sent, state, waitsFor } = this.#upload;
    if (state !== UploadState.SENDING || waitsFor !== null) this.#pace.forget();
    else if (sent > this.#seen) this.#pace.add(sent - this.#seen);
    this.#seen = sent;
  }

  #showBar() {
    const bar = findRequired(this.element, "upload-progress", HTMLProgressElement);
    const done = doneOf(this.#upload);
    bar.hidden = done === "over";
    bar.setAttribute("aria-label", `Progress of ${this.#upload.title}`);
    if (typeof done === "number") bar.value = done;
    else bar.removeAttribute("value");
  }

  #showLinks() {
    const { address } = this.#upload;
    const link = findRequired(this.element, "upload-link", HTMLAnchorElement);
    const ask = findRequired(this.element, "upload-ask", HTMLAnchorElement);
    link.hidden = ask.hidden = address === null;
    if (address === null) return;
    link.href = address;
    ask.href = askAddress([address]);
    link.setAttribute("aria-label", `Open: ${this.#upload.title}`);
    ask.setAttribute("aria-label", `Ask about it: ${this.#upload.title}`);
  }

  #showButtons() {
    const { state, needsFile, mayGoOn, isRunning, job } = this.#upload;
    const isBroken = state === UploadState.UNFINISHED || state === UploadState.FAILED;
    const shown = {
      choose: isBroken && needsFile && mayGoOn,
      attach: job?.attachable ?? false,
      again: state === UploadState.FAILED && (job ? job.again : !needsFile && mayGoOn),
      cancel: isRunning || isBroken || state === UploadState.PROCESSING && job !== null,
    };
    const hadFocus = this.element.contains(document.activeElement);
    for (const action of ACTIONS) this.#button(action).hidden = !shown[action];
    const cancel = this.#button("cancel");
    cancel.textContent = isBroken ? "Discard" : "Cancel";
    for (const action of ACTIONS) {
      const button = this.#button(action);
      button.setAttribute("aria-label", `${button.textContent}: ${this.#upload.title}`);
    }
    if (hadFocus && document.activeElement?.closest("[hidden]") !== null) this.focus();
  }

  /** @param {Action} action @returns {HTMLButtonElement} */
  #button(action) {
    const button = this.element.querySelector(`[data-upload-action=${action}]`);
    if (!(button instanceof HTMLButtonElement)) throw new Error(`No button to ${action}`);
    return button;
  }

  /** @param {string} name @param {string} text */
  #write(name, text) {
    const element = find(this.element, name, HTMLElement);
    if (element && element.textContent !== text) element.textContent = text;
  }
}

/**
 * Return where one asks about recordings.
 * @param {string[]} addresses of their pages
 * @returns {string}
 */
export function askAddress(addresses) {
  return `/?${addresses.map((address) => `recording=${UUID.exec(address)?.[0]}`).join("&")}`;
}

/**
 * Return how much of it is done, from 0 to 1; null if nobody knows, and "over" if nothing is left to do.
 * @param {Upload} upload
 * @returns {number | null | "over"}
 */
function doneOf({ state, sent, size, read, job }) {
  if (state === UploadState.READING) return read / size;
  if (state === UploadState.PROCESSING) return job?.running === false ? "over" : (job?.progress ?? null);
  const { QUEUED, SENDING, UNFINISHED } = UploadState;
  return state === QUEUED || state === SENDING || state === UNFINISHED ? sent / size : "over";
}
