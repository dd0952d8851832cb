const PAUSE = 300;

/** The list of conversations beside the page. */
export class Sidebar {
  #element;
  #fragments;
  #clock;
  #place;
  #isPlanned = false;

  /** @param {{element: HTMLElement, fragments: object, clock: object, place: object}} parts */
  constructor({ element, fragments, clock, place }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#clock = clock;
    this.#place = place;
  }

  /** Fetches the list again, soon: wishes that come together are one. */
  refresh() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(PAUSE, () => this.#fetch());
  }

  async #fetch() {
    this.#isPlanned = false;
    const current = this.#place.conversation ? `?conversation=${this.#place.conversation}` : "";
    const { fragment } = await this.#fragments.get(this.#element.dataset.href + current);
    const list = fragment?.querySelector("ul");
    if (list) this.#show(list);
  }

  /** The link that has the focus keeps it. */
  #show(list) {
    const focused = this.#element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const top = this.#element.scrollTop;
    this.#element.querySelector("ul").replaceWith(list);
    this.#element.scrollTop = top;
    if (focused !== null) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    this.#place.entitle(list.querySelector("[aria-current] bdi")?.textContent);
  }
}
