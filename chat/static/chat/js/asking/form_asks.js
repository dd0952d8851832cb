import { conversationIn, formAddress } from "../page/addresses.js";
import { findAll } from "../page/elements.js";
import { wireLimits } from "./limits.js";
import { TurnState, stateOf } from "../turns/turn_state.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Accepted, Budget, ErrorReport } from "../connection/wire.js"
 * @import { Asks } from "./asks.js"
 * @import { Entry } from "./outbox.js"
 * @typedef {{formAnswered: (event: Accepted | Budget | ErrorReport) => void, formSignedOut: () => void}} FormDelegate
 *   ``formAnswered`` gets the answer of the site as the event that a socket would have brought
 */

const REACHED = "/conversations/";
const REFUSED = "The site did not take this question. Please reload the page and send it again.";

/**
 * Sends the questions that wait as the form on the page does, where no WebSocket gets through. Each keeps its request
 * id, so that it makes one turn even if a socket sends it, too.
 */
export class FormAsks {
  /** @type {Asks} */ #asks;
  /** @type {Fragments} */ #fragments;
  /** @type {HTMLFormElement} */ #form;
  /** @type {FormDelegate | null} */ #delegate = null;
  #isSending = false;

  /** @param {{asks: Asks, fragments: Fragments, form: HTMLFormElement}} parts ``form`` has the CSRF token */
  constructor({ asks, fragments, form }) {
    this.#asks = asks;
    this.#fragments = fragments;
    this.#form = form;
  }

  /** @param {FormDelegate} delegate */
  start(delegate) {
    this.#delegate = delegate;
  }

  /** @returns {Promise<boolean>} whether the site answers at all */
  async reaches() {
    return (await this.#fragments.get(REACHED)).status === 200;
  }

  /** Send what waits, one question after the other, unless and until the site does not answer. */
  async send() {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      if (!(await this.reaches())) return;
      let [entry] = this.#asks.ready;
      while (entry !== undefined && (await this.#post(entry))) [entry] = this.#asks.ready;
    } finally {
      this.#isSending = false;
    }
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether it has been accepted or refused */
  async #post(entry) {
    this.#asks.markSent(entry.request_id);
    const { status, path, fragment } = await this.#fragments.post(formAddress(entry), this.#fields(entry));
    if (status === 0) this.#asks.connectionLost();
    if (status === 0 || status >= 500) return false;
    const conversation = conversationIn(path);
    const message = fragment === null ? "" : refusalIn(fragment);
    if (path.startsWith("/accounts/")) {
      this.#delegate?.formSignedOut();
      return false;
    }
    if (status === 200 && conversation !== null && fragment !== null && message === "") {
      this.#delegate?.formAnswered(accepted(entry, conversation, fragment));
    } else {
      this.#delegate?.formAnswered(refused(entry, message || REFUSED));
    }
    if (fragment !== null) this.#tellBudget(fragment);
    return true;
  }

  /** @param {DocumentFragment} page */
  #tellBudget(page) {
    const [line] = findAll(page, "budget");
    if (line) this.#delegate?.formAnswered({ type: "budget", left: line.textContent.trim() });
  }

  /** @param {Entry} entry @returns {FormData} */
  #fields({ request_id: requestId, question, recordings, limits = {} }) {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", String(new FormData(this.#form).get("csrfmiddlewaretoken") ?? ""));
    fields.set("request_id", requestId);
    fields.set("question", question);
    for (const recording of recordings) fields.append("recordings", recording);
    for (const [name, value] of Object.entries(wireLimits(limits))) {
      for (const each of [value].flat()) fields.append(name, String(each));
    }
    return fields;
  }
}

/**
 * @param {Entry} entry
 * @param {string} conversation
 * @param {DocumentFragment} page of the conversation, with the turn of the question
 * @returns {Accepted}
 */
function accepted(entry, conversation, page) {
  const turns = findAll(page, "turn");
  const asked = turns.findLast((turn) => findAll(turn, "question")[0]?.textContent.trim() === entry.question.trim());
  const element = asked ?? turns.at(-1);
  const state = element ? stateOf(element) : TurnState.QUEUED;
  const turn = element?.dataset.turn ?? "";
  return { type: "accepted", request_id: entry.request_id, conversation, turn, state, position: null };
}

/** @param {Entry} entry @param {string} message @returns {ErrorReport} */
function refused({ request_id: requestId }, message) {
  return { type: "error", code: "REFUSED", message, retryable: false, request_id: requestId };
}

/** @param {DocumentFragment} page @returns {string} why the site has refused a question; empty if it has not */
function refusalIn(page) {
  const [refusal] = findAll(page, "refusal");
  const error = page.querySelector(".message--error");
  return (refusal?.textContent ?? "").trim() || (error?.textContent ?? "").trim();
}
