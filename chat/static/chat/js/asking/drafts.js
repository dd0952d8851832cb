const NEW = "new";

/** What was typed and chosen in each conversation and not sent yet. */
export class Drafts {
  #store;

  /** @param {object} store see ``Store`` */
  constructor(store) {
    this.#store = store;
  }

  /** @param {string | null} conversation null for a new one @returns {string} */
  text(conversation) {
    return this.#draft(conversation).text ?? "";
  }

  /** @returns {{id: string, title: string}[] | null} null where nothing was chosen: not the same as none */
  recordings(conversation) {
    return this.#draft(conversation).recordings ?? null;
  }

  keepText(conversation, text) {
    this.#keep(conversation, { text: text === "" ? undefined : text });
  }

  /** Adds to what was typed. */
  addText(conversation, text) {
    this.keepText(conversation, [this.text(conversation), text].filter(Boolean).join("\n\n"));
  }

  keepRecordings(conversation, recordings) {
    this.#keep(conversation, { recordings });
  }

  /** The draft was sent. */
  forget(conversation) {
    this.#store.delete(name(conversation));
  }

  /** A new conversation has got its name. */
  move(from, to) {
    const draft = this.#draft(from);
    this.forget(from);
    this.#keep(to, draft);
  }

  #draft(conversation) {
    return this.#store.get(name(conversation)) ?? {};
  }

  #keep(conversation, change) {
    const draft = { ...this.#draft(conversation), ...change };
    if (draft.text === undefined && draft.recordings === undefined) this.forget(conversation);
    else this.#store.set(name(conversation), draft);
  }
}

function name(conversation) {
  return `draft:${conversation || NEW}`;
}
