const NEAR = 100;

/** Keeps the newest words in sight, unless the reader has scrolled up. */
export class Scroller {
  /** @type {HTMLElement} */ #box;
  /** @type {HTMLElement} */ #jump;
  /** @type {() => boolean} */ #isStreaming;
  #follows = true;
  #top = 0;

  /**
   * @param {{box: HTMLElement, jump: HTMLElement, isStreaming: () => boolean}} parts ``jump`` is the button that leads
   *   back to the newest words
   */
  constructor({ box, jump, isStreaming }) {
    this.#box = box;
    this.#jump = jump;
    this.#isStreaming = isStreaming;
  }

  /** @param {Element} content what grows @param {boolean} atEnd whether the page opens at its end */
  start(content, atEnd) {
    this.#follows = atEnd;
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    const observer = new ResizeObserver(() => this.settle());
    observer.observe(content);
    observer.observe(this.#box);
    this.settle();
  }

  /** Goes to the newest words and stays with them. */
  toEnd() {
    this.#follows = true;
    this.settle();
  }

  /** Something has changed its size or its state. */
  settle() {
    if (this.#follows) this.#box.scrollTop = this.#box.scrollHeight;
    this.#top = this.#box.scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }

  /** Only the reader scrolls up: text that grows moves nothing, and we only move down. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.#follows = true;
    else if (scrollTop < this.#top) this.#follows = false;
    this.#top = scrollTop;
    this.#jump.hidden = this.#follows || !this.#isStreaming();
  }
}
