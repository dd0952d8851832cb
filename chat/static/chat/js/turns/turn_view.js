import { Markdown } from "../markdown/markdown.js";
import { MarkdownView } from "../markdown/markdown_view.js";
import { Markers } from "../markdown/markers.js";
import { find, findRequired } from "../page/elements.js";
import { addCodeButtons } from "./code_blocks.js";
import { KeptSelection } from "./kept_selection.js";
import { showReview } from "./shown_review.js";
import { TurnState, isTerminal, stateOf } from "./turn_state.js";

const NO_TURN = "00000000-0000-0000-0000-000000000000";
const STOPPING = "stopping";
const LONG = 200;
const RETRACTION = "\u001C";

/**
 * @import { ChosenLimits } from "../asking/limits.js"
 * @typedef {{question: string, recordings: string[], limits?: ChosenLimits, filterNote: string}} ShownAsk what a turn
 *   shows of an ask
 */

/** The element of one turn. */
export class TurnView {
  /** @type {HTMLElement} */ #element;
  /** @type {Record<string, string>} */ #labels;
  /** @type {{markdown: Markdown, view: MarkdownView} | null} parses and shows the answer while it streams */
  #answer = null;
  #hasText = false;

  /**
   * @param {HTMLElement} element rendered by the server
   * @param {Record<string, string>} labels the text for each phase of a streaming turn
   */
  constructor(element, labels) {
    this.#labels = labels;
    this.#element = element;
    this.#adopt();
  }

  get element() {
    return this.#element;
  }

  /** Empty until the server has accepted the question. */
  get uuid() {
    return this.#element.dataset.turn ?? "";
  }

  get state() {
    return stateOf(this.#element);
  }

  get seq() {
    return Number(this.#element.dataset.seq) || 0;
  }

  get question() {
    return this.#part("question")?.textContent ?? "";
  }

  /** The ids of the recordings that the question searches; empty for all. */
  get recordings() {
    return (this.#element.dataset.recordings ?? "").split(" ").filter(Boolean);
  }

  /** @returns {ChosenLimits} what else the question searches only */
  get limits() {
    return JSON.parse(this.#element.dataset.limits || "{}");
  }

  /** The note about these recordings and limits. */
  get filterNote() {
    return this.#part("filter-note")?.textContent?.trim() ?? "";
  }

  get sourceCount() {
    return this.#part("sources")?.querySelectorAll("ol > li").length ?? 0;
  }

  get hasFocus() {
    return this.#element.contains(document.activeElement);
  }

  /**
   * Fill a copy of the template with a question that was just asked.
   * @param {ShownAsk} ask
   */
  fill({ question, recordings, limits = {}, filterNote }) {
    this.#element.removeAttribute("id");
    this.#element.dataset.turn = "";
    this.#element.dataset.recordings = recordings.join(" ");
    this.#element.dataset.limits = JSON.stringify(limits);
    const asked = findRequired(this.#element, "question", HTMLElement);
    asked.textContent = question;
    asked.toggleAttribute("data-long", question.length > LONG);
    const note = this.#part("filter-note");
    if (note) note.textContent = filterNote;
    if (note) note.hidden = filterNote === "";
  }

  /**
   * Set the id that the server has given to the turn.
   * @param {string} uuid
   */
  name(uuid) {
    this.#element.dataset.turn = uuid;
    this.#element.id = `turn-${uuid}`;
    const form = this.#part("stop-form");
    form?.setAttribute("action", (form.getAttribute("action") ?? "").replace(NO_TURN, uuid));
  }

  /** @param {boolean} [isAway] whether it waits for the network */
  showSending(isAway = false) {
    this.#show(TurnState.SENDING, isAway ? "Waiting for the network…" : "Sending…");
  }

  /** @param {number | null} position from 1 */
  showQueued(position) {
    this.#show(TurnState.QUEUED, position === null ? "Waiting" : `Waiting: number ${position} in the queue`);
  }

  /** @param {string} [phase] */
  showStreaming(phase = "retrieving") {
    this.#show(TurnState.STREAMING, this.#hasText ? "" : (this.#labels[phase] ?? ""));
  }

  /** Show that the model has been silent for a while. */
  showStillWaiting() {
    this.#show(TurnState.STREAMING, "Still waiting for the model…");
  }

  /**
   * Show how long the phase has taken. Screen readers announce the phase, but not each second.
   * @param {number} seconds
   */
  showSeconds(seconds) {
    const phase = this.#part("phase");
    if (!phase) return;
    const shown = phase.querySelector("span") ?? phase.appendChild(document.createElement("span"));
    shown.setAttribute("aria-hidden", "true");
    shown.textContent = ` ${seconds} s`;
  }

  /** Show that the reader has stopped the turn. */
  showStopping() {
    this.#show(STOPPING, this.#hasText ? "" : "Stopping…");
    this.#part("stop-form")?.toggleAttribute("hidden", true);
  }

  /**
   * Show that the turn has ended, before its final HTML is here.
   * @param {TurnState} state
   * @param {string} message
   */
  showEnded(state, message) {
    this.#part("cursor")?.remove();
    if (state === TurnState.COMPLETE) this.#answer?.markdown.end();
    else this.#answer?.markdown.breakOff();
    this.#answer = null;
    this.#show(state, "");
    this.#part("stop-form")?.toggleAttribute("hidden", true);
    const notice = this.#part("notice");
    if (!notice || !message) return;
    notice.textContent = message;
    notice.hidden = false;
  }

  /**
   * Append the next part of the answer, which may retract all before: that was a thought of the model.
   * @param {string} text
   */
  write(text) {
    const retracted = text.lastIndexOf(RETRACTION);
    if (retracted >= 0) this.#retract();
    this.#append(text.slice(retracted + 1));
  }

  /** @param {string} text */
  #append(text) {
    if (text === "" || this.#answer === null) return;
    if (!this.#hasText) this.#showPhase("");
    this.#hasText = true;
    const cursor = this.#part("cursor");
    cursor?.remove();
    this.#answer.markdown.write(text);
    if (cursor) this.#answer.view.innermost.append(cursor);
  }

  /**
   * Replace the turn by the HTML of the server, and keep what the reader has selected in the answer.
   * @param {HTMLElement} element
   */
  replace(element) {
    const selection = new KeptSelection(this.#answerElement);
    this.#element.replaceWith(element);
    this.#element = element;
    this.#adopt();
    selection.restore(this.#answerElement);
  }

  /**
   * Show what reviewers have done with the turn.
   * @param {DocumentFragment} labels
   * @param {DocumentFragment} reads
   * @returns {boolean} whether the labels are others than before
   */
  showReview(labels, reads) {
    return showReview(this.#element, labels, reads);
  }

  /** Retry by submitting the form, which loads a page. */
  submitRetry() {
    submit(find(this.#element, "retry-form", HTMLFormElement));
  }

  /** Stop by submitting the form, which loads a page. */
  submitStop() {
    submit(find(this.#element, "stop-form", HTMLFormElement));
  }

  remove() {
    this.#element.remove();
  }

  get #answerElement() {
    return findRequired(this.#element, "answer", HTMLElement);
  }

  #adopt() {
    const answer = this.#answerElement;
    this.#answer = null;
    this.#hasText = answer.textContent !== "";
    this.#part("copy")?.toggleAttribute("hidden", false);
    if (isTerminal(this.state)) addCodeButtons(answer);
    else this.#takeOver(answer);
  }

  /**
   * Render the answer of a live turn, which the server sends as raw Markdown, and continue from there.
   * @param {HTMLElement} answer
   */
  #takeOver(answer) {
    const text = answer.textContent;
    this.#begin(answer);
    answer.removeAttribute("data-raw");
    answer.dir = "ltr"; // each block has a direction of its own
    this.write(text);
  }

  /** @param {HTMLElement} answer */
  #begin(answer) {
    const view = new MarkdownView(answer, new Markers());
    this.#answer = { markdown: new Markdown(view), view };
    this.#hasText = false;
    answer.replaceChildren();
  }

  #retract() {
    if (this.#answer === null) return;
    const answer = this.#answerElement;
    const cursor = this.#part("cursor");
    this.#begin(answer);
    if (cursor) answer.append(cursor);
  }

  /** @param {TurnState | typeof STOPPING} state @param {string} phase */
  #show(state, phase) {
    this.#element.dataset.state = state;
    this.#element.setAttribute("aria-busy", String(state === TurnState.STREAMING));
    this.#showPhase(phase);
  }

  /** @param {string} text */
  #showPhase(text) {
    const phase = this.#part("phase");
    if (!phase) return;
    if (phase.textContent !== text) phase.textContent = text;
    phase.hidden = text === "";
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #part(name) {
    return find(this.#element, name, HTMLElement);
  }
}

/**
 * Submit a form of a turn. Turns from the socket have no CSRF token, so copy the composer's.
 * @param {HTMLFormElement | null} form
 */
function submit(form) {
  const token = document.querySelector("[data-composer] [name=csrfmiddlewaretoken]");
  if (form && token && !form.elements.namedItem("csrfmiddlewaretoken")) form.append(token.cloneNode());
  form?.submit();
}
