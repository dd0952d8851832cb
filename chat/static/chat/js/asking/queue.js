const PATIENCE = 250;
const SHOWN = 80;

/**
 * The questions that wait, each with its place and a way to cancel it. What starts at once is not listed: it would
 * only flicker.
 */
export class Queue {
  #list;
  #clock;
  #waiting;
  #cancel;
  #isPlanned = false;
  /** @type {Map<object, {chip: HTMLElement, position: HTMLElement}>} */
  #chips = new Map();

  /**
   * @param {{list: HTMLElement, clock: object, waiting: () => object[], cancel: (turn: object) => void}} parts
   *   ``waiting`` returns the turns to list, the next one first
   */
  constructor({ list, clock, waiting, cancel }) {
    this.#list = list;
    this.#clock = clock;
    this.#waiting = waiting;
    this.#cancel = cancel;
  }

  /** Something may have changed: what is gone goes at once, what is new comes when it lasts. */
  refresh() {
    const waiting = this.#waiting();
    for (const turn of this.#chips.keys()) if (!waiting.includes(turn)) this.#remove(turn);
    if (waiting.every((turn) => this.#chips.has(turn))) this.#show();
    else if (!this.#isPlanned) {
      this.#isPlanned = true;
      this.#clock.after(PATIENCE, () => this.#show());
    }
  }

  #show() {
    this.#isPlanned = false;
    this.#waiting().forEach((turn, index) => {
      const { chip, position } = this.#chips.get(turn) ?? this.#add(turn);
      position.textContent = `${turn.position ?? index + 1}.`;
      if (this.#list.children[index] !== chip) this.#list.insertBefore(chip, this.#list.children[index] ?? null);
    });
    this.#list.hidden = this.#chips.size === 0;
  }

  #add(turn) {
    const question = shortened(turn.view.question);
    const chip = this.#list.ownerDocument.createElement("li");
    const [position, text, button] = ["span", "bdi", "button"].map((tag) => chip.appendChild(this.#make(tag)));
    text.textContent = question;
    button.type = "button";
    button.textContent = "Cancel";
    button.setAttribute("aria-label", `Cancel: ${question}`);
    button.addEventListener("click", () => this.#cancel(turn));
    this.#chips.set(turn, { chip, position });
    return { chip, position };
  }

  #make(tag) {
    return this.#list.ownerDocument.createElement(tag);
  }

  #remove(turn) {
    this.#chips.get(turn).chip.remove();
    this.#chips.delete(turn);
    this.#list.hidden = this.#chips.size === 0;
  }
}

function shortened(question) {
  const characters = Array.from(question.trim().replace(/\s+/gu, " "));
  return characters.length <= SHOWN ? characters.join("") : `${characters.slice(0, SHOWN - 1).join("")}…`;
}
