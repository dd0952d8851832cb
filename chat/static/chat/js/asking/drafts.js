/**
 * @import { ChosenLimits } from "./limits.js"
 * @import { ChosenRecording } from "./recording_filter.js"
 * @import { Store } from "./store.js"
 *
 * @typedef {{text?: string, recordings?: ChosenRecording[], limits?: ChosenLimits}} Draft
 */

const NEW = "new";

/** The unsent text and the filter of each conversation. */
export class Drafts {
  /** @type {Store} */ #store;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** @param {string | null} conversation null for a new one @returns {string} */
  text(conversation) {
    return this.#draft(conversation).text ?? "";
  }

  /**
   * @param {string | null} conversation
   * @returns {ChosenRecording[] | null} null if the user has not chosen; an empty list means all recordings
   */
  recordings(conversation) {
    return this.#draft(conversation).recordings ?? null;
  }

  /** @param {string | null} conversation @returns {ChosenLimits} */
  limits(conversation) {
    return this.#draft(conversation).limits ?? {};
  }

  /** @param {string | null} conversation @param {string} text */
  keepText(conversation, text) {
    this.#keep(conversation, { text: text === "" ? undefined : text });
  }

  /**
   * Append a paragraph to the text.
   * @param {string | null} conversation
   * @param {string} text
   */
  addText(conversation, text) {
    this.keepText(conversation, [this.text(conversation), text].filter(Boolean).join("\n\n"));
  }

  /** @param {string | null} conversation @param {ChosenRecording[]} recordings @param {ChosenLimits} limits */
  keepFilter(conversation, recordings, limits) {
    this.#keep(conversation, { recordings, limits });
  }

  /**
   * Delete a draft that was sent.
   * @param {string | null} conversation
   */
  forget(conversation) {
    this.#store.delete(name(conversation));
  }

  /**
   * Move a draft, as when a new conversation gets its id.
   * @param {string | null} from
   * @param {string | null} to
   */
  move(from, to) {
    const draft = this.#draft(from);
    this.forget(from);
    this.#keep(to, draft);
  }

  /** @param {string | null} conversation @returns {Draft} */
  #draft(conversation) {
    return this.#store.get(name(conversation)) ?? {};
  }

  /** @param {string | null} conversation @param {Draft} change */
  #keep(conversation, change) {
    const draft = { ...this.#draft(conversation), ...change };
    if (draft.text === undefined && draft.recordings === undefined) this.forget(conversation);
    else this.#store.set(name(conversation), draft);
  }
}

/** @param {string | null} conversation @returns {`draft:${string}`} */
function name(conversation) {
  return `draft:${conversation || NEW}`;
}
