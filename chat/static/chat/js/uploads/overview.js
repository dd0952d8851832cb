import { findRequired } from "../page/elements.js";
import { Pace } from "./pace.js";
import { counted } from "./progress_words.js";
import { UploadState } from "./upload_state.js";
import { UploadView, askAddress } from "./upload_view.js";
import { totalsInWords } from "./upload_words.js";

/**
 * @import { Announcer } from "../page/announcer.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Upload } from "./upload.js"
 * @import { UploadQueue } from "./upload_queue.js"
 * @typedef {(upload: Upload, action: string) => void} Act
 */

const INTERVAL = 500;

/** Shows the recordings on their way, the newest last, and all of them as one line. It announces what ends. */
export class Overview {
  /** @type {HTMLElement} */ #root;
  /** @type {UploadQueue} */ #queue;
  /** @type {Announcer} */ #announcer;
  /** @type {Clock} */ #clock;
  /** @type {Act} */ #act;
  /** @type {Pace} */ #pace;
  /** @type {Map<Upload, UploadView>} */ #views = new Map();
  #seen = 0;
  #isWaiting = false;

  /** @param {{root: HTMLElement, queue: UploadQueue, announcer: Announcer, clock: Clock, act: Act}} parts */
  constructor({ root, queue, announcer, clock, act }) {
    this.#root = root;
    this.#queue = queue;
    this.#announcer = announcer;
    this.#clock = clock;
    this.#act = act;
    this.#pace = new Pace(clock);
  }

  start() {
    this.#clock.every(INTERVAL, () => this.#refresh());
  }

  /** @param {Upload} upload */
  add(upload) {
    const template = findRequired(this.#root, "upload-template", HTMLTemplateElement);
    const act = (/** @type {string} */ action) => this.#act(upload, action);
    const view = new UploadView({ upload, template, clock: this.#clock, act });
    this.#views.set(upload, view);
    this.#list.append(view.element);
    findRequired(this.#root, "on-their-way", HTMLElement).hidden = false;
    view.refresh();
  }

  /** Lead the reader to the list of what has begun. @param {string} words */
  begin(words) {
    findRequired(this.#root, "uploads-heading", HTMLElement).focus();
    this.#announcer.say(words);
    this.#refresh();
  }

  /** @param {Upload} upload */
  chooseTranscript(upload) {
    this.#views.get(upload)?.chooseTranscript();
  }

  /** @param {Upload} upload @param {string} before its state */
  changed(upload, before) {
    const view = this.#views.get(upload);
    if (upload.state === UploadState.CANCELLED) this.#remove(upload);
    else view?.refresh();
    if (upload.state !== before) this.#announce(upload);
    this.#refreshAll();
  }

  #refresh() {
    for (const [upload, view] of this.#views) if (upload.isRunning) view.refresh();
    this.#refreshAll();
  }

  #refreshAll() {
    const { totals } = this.#queue;
    if (totals.left === 0 || totals.isWaiting || totals.sent < this.#seen) this.#pace.forget();
    else if (totals.sent > this.#seen) this.#pace.add(totals.sent - this.#seen);
    this.#seen = totals.sent;
    findRequired(this.#root, "uploads-all", HTMLElement).hidden = totals.count < 2 || totals.size === 0;
    findRequired(this.#root, "uploads-words", HTMLElement).textContent = totalsInWords(totals, this.#pace.speed);
    const bar = findRequired(this.#root, "uploads-progress", HTMLProgressElement);
    bar.value = totals.size > 0 ? totals.sent / totals.size : 0;
    if (totals.isWaiting !== this.#isWaiting && totals.left > 0) {
      this.#announcer.say(totals.isWaiting ? "The upload waits for the network." : "The upload goes on.");
    }
    this.#isWaiting = totals.isWaiting;
    this.#offerToAsk();
  }

  /** Lead to a question about all that has become ready, once nothing is on its way any more. */
  #offerToAsk() {
    const addresses = [...this.#views.keys()].map(({ address }) => address).filter((address) => address !== null);
    const link = findRequired(this.#root, "uploads-ask", HTMLAnchorElement);
    link.hidden = addresses.length < 2 || [...this.#views.keys()].some((upload) => isOnItsWay(upload));
    if (link.hidden) return;
    link.href = askAddress(addresses);
    link.textContent = `Ask about all ${counted(addresses.length, "recording")}`;
  }

  /** Say what has ended; how far the others are can be read. @param {Upload} upload */
  #announce({ state, title, reason }) {
    if (state === UploadState.READY) this.#announcer.say(`${title} is ready.`);
    if (state === UploadState.KNOWN) this.#announcer.say(`${title} is here already.`);
    if (state === UploadState.FAILED) this.#announcer.say(`${title}: ${reason}`);
    if (state === UploadState.CANCELLED) this.#announcer.say(`${title} was cancelled.`);
  }

  /** Remove a row, and move the focus to its neighbour: it would be lost. @param {Upload} upload */
  #remove(upload) {
    const view = this.#views.get(upload);
    if (!view) return;
    const hadFocus = view.element.contains(document.activeElement);
    const next = view.element.nextElementSibling ?? view.element.previousElementSibling;
    view.element.remove();
    this.#views.delete(upload);
    if (hadFocus) this.#focus(next);
    findRequired(this.#root, "on-their-way", HTMLElement).hidden = this.#views.size === 0;
  }

  /** @param {Element | null} row */
  #focus(row) {
    const view = [...this.#views.values()].find(({ element }) => element === row);
    if (view) view.focus();
    else findRequired(this.#root, "choose-files", HTMLElement).focus();
  }

  get #list() {
    return findRequired(this.#root, "uploads", HTMLElement);
  }
}

/** @param {Upload} upload @returns {boolean} whether it goes on by itself */
function isOnItsWay({ isRunning, state, job }) {
  return isRunning || state === UploadState.PROCESSING && job?.running !== false;
}
