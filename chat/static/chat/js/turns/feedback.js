import { closest, find } from "../page/elements.js";

/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Announcer } from "../page/announcer.js"
 */

const SAVED = 200;
const FAILURE = "This was not saved. Please try again.";

/** Sends thumbs, and why, without leaving the page. */
export class Feedback {
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLFormElement} */ #tokens;
  /** @type {Fragments} */ #fragments;
  /** @type {Announcer} */ #announcer;
  /** @type {() => void} */ #leave;
  /** @type {Promise<void>} one after the other, so that the last click counts */ #sent = Promise.resolve();

  /**
   * @param {{list: HTMLElement, tokens: HTMLFormElement, fragments: Fragments, announcer: Announcer,
   *   leave: () => void}} parts ``tokens`` has the CSRF token, which turns from the socket lack; ``leave`` leads to the
   *   sign-in
   */
  constructor({ list, tokens, fragments, announcer, leave }) {
    this.#list = list;
    this.#tokens = tokens;
    this.#fragments = fragments;
    this.#announcer = announcer;
    this.#leave = leave;
  }

  start() {
    this.#list.addEventListener("submit", (event) => this.#submitted(event));
    this.#list.addEventListener("toggle", ({ target }) => comeIntoSight(target), { capture: true });
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    const form = closest(event, "[data-feedback-form]");
    const turn = form?.closest("[data-turn]") ?? null;
    if (!(form instanceof HTMLFormElement) || !(turn instanceof HTMLElement)) return;
    event.preventDefault();
    const fields = this.#fields(form, event.submitter);
    const { action } = form;
    this.#sent = this.#sent.then(() => this.#send(action, fields, turn.dataset.turn ?? ""));
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} button @returns {FormData} */
  #fields(form, button) {
    const fields = new FormData(form);
    if (button instanceof HTMLButtonElement && button.name !== "") fields.set(button.name, button.value);
    fields.set("csrfmiddlewaretoken", String(new FormData(this.#tokens).get("csrfmiddlewaretoken") ?? ""));
    fields.set("fragment", "yes");
    return fields;
  }

  /** @param {string} address @param {FormData} fields @param {string} uuid of the turn */
  async #send(address, fields, uuid) {
    const { status, path, fragment } = await this.#fragments.post(address, fields);
    if (path.startsWith("/accounts/")) return this.#leave();
    const shown = find(this.#list.querySelector(`[data-turn="${uuid}"]`) ?? fragment ?? document, "feedback", HTMLElement);
    const saved = status === SAVED && fragment ? find(fragment, "feedback", HTMLElement) : null;
    if (shown && saved) replace(shown, saved);
    else if (shown) fail(shown, status > 0 ? (fragment?.textContent ?? "") : "");
    this.#announcer.say(saved ? "Saved" : FAILURE);
  }
}

/**
 * Replace what a turn shows of its feedback, and keep the focus on the same button, or on the one that opens the form.
 * @param {HTMLElement} shown
 * @param {HTMLElement} saved
 */
function replace(shown, saved) {
  const before = controls(shown);
  const focused = before.findIndex((control) => control === document.activeElement);
  const hasFocus = shown.contains(document.activeElement);
  shown.replaceWith(saved);
  const after = controls(saved);
  if (hasFocus) (after[focused] ?? after.at(-1))?.focus({ preventScroll: true });
  comeIntoSight(find(saved, "feedback-more", HTMLElement));
}

/** Scroll the form for a reason into sight, once it is open. @param {EventTarget | null} more */
function comeIntoSight(more) {
  if (more instanceof HTMLDetailsElement && more.open && "feedbackMore" in more.dataset) {
    more.scrollIntoView({ block: "nearest" });
  }
}

/** @param {HTMLElement} feedback @returns {HTMLElement[]} the thumbs, and what opens the form */
function controls(feedback) {
  return [...feedback.querySelectorAll("[aria-pressed], summary")].filter((each) => each instanceof HTMLElement);
}

/** @param {HTMLElement} feedback @param {string} refusal why the site did not take it; empty if it did not answer */
function fail(feedback, refusal) {
  feedback.querySelector("[role=alert]")?.remove();
  const failure = document.createElement("p");
  failure.className = "feedback__failure";
  failure.setAttribute("role", "alert");
  failure.textContent = refusal.trim() || FAILURE;
  feedback.append(failure);
}
