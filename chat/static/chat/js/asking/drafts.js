/**
 * @import { ChosenRecording } from "./recording_filter.js"
 * @import { Store } from "./store.js"
 *
 * @typedef {{text?: string, recordings?: ChosenRecording[]}} Draft
 */

const NEW = "new";

/** What was typed and chosen in each conversation and not sent yet. */
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
   * @returns {ChosenRecording[] | null} null where nothing was chosen: not the same as none
   */
  recordings(conversation) {
    return this.#draft(conversation).recordings ?? null;
  }

  /** @param {string | null} conversation @param {string} text */
  keepText(conversation, text) {
    this.#keep(conversation, { text: text === "" ? undefined : text });
  }

  /**
   * Adds to what was typed.
   * @param {string | null} conversation
   * @param {string} text
   */
  addText(conversation, text) {
    this.keepText(conversation, [this.text(conversation), text].filter(Boolean).join("\n\n"));
  }

  /** @param {string | null} conversation @param {ChosenRecording[]} recordings */
  keepRecordings(conversation, recordings) {
    this.#keep(conversation, { recordings });
  }

  /**
   * The draft was sent.
   * @param {string | null} conversation
   */
  forget(conversation) {
    this.#store.delete(name(conversation));
  }

  /**
   * A new conversation has got its name.
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
