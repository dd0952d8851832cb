/** The buttons at a turn: stop, ask again, copy; and the markers that lead to its sources. */
export class TurnActions {
  #list;
  #turns;
  #conversation;
  #clipboard;

  /** @param {{list: HTMLElement, turns: object, conversation: object, clipboard: object}} parts */
  constructor({ list, turns, conversation, clipboard }) {
    this.#list = list;
    this.#turns = turns;
    this.#conversation = conversation;
    this.#clipboard = clipboard;
  }

  start() {
    this.#list.addEventListener("submit", (event) => this.#submitted(event));
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  /** What the conversation does not take, the form does. */
  #submitted(event) {
    const turn = this.#turns.around(event.target);
    if (turn === null) return;
    const isStop = event.target.matches("[data-stop-form]");
    const isRetry = event.target.matches("[data-retry-form]");
    if (isStop && this.#conversation.stop(turn)) event.preventDefault();
    if (isRetry && this.#conversation.retry(turn)) event.preventDefault();
  }

  #clicked(event) {
    const copy = event.target.closest("[data-copy]");
    const marker = event.target.closest('a[href^="#source-"]');
    if (copy) this.#clipboard.copy(this.#turns.around(copy).view.element, copy);
    if (marker) openSources(marker);
  }
}

/** A browser does not scroll to what is folded. */
function openSources(marker) {
  const source = document.getElementById(marker.getAttribute("href").slice(1));
  const sources = source?.closest("details");
  if (sources) sources.open = true;
}
