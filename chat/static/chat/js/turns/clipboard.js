const SHOWN = 2_000;

/** Copies an answer with its sources. */
export class Clipboard {
  #clock;
  #announcer;

  /** @param {{clock: object, announcer: object}} parts */
  constructor({ clock, announcer }) {
    this.#clock = clock;
    this.#announcer = announcer;
  }

  /** @param {HTMLElement} turn @param {HTMLButtonElement} button says for a moment that it was done */
  async copy(turn, button) {
    const isCopied = await write(asText(turn));
    this.#announcer.say(isCopied ? "Copied" : "The browser did not allow copying");
    if (!isCopied) return;
    const label = button.lastChild;
    const before = label.textContent;
    if (before === "Copied") return;
    label.textContent = "Copied";
    this.#clock.after(SHOWN, () => {
      label.textContent = before;
    });
  }
}

/** The answer of a turn, its markers in brackets, and below it what they stand for. */
export function asText(turn) {
  const answer = withBrackets(turn.querySelector("[data-answer]"));
  const sources = [...turn.querySelectorAll("[data-sources] > ol > li")].map(sourceAsText);
  return sources.length === 0 ? answer : `${answer}\n\nSources\n${sources.join("\n")}`;
}

/** ``innerText`` needs the element as it is laid out, so its markers get their brackets for a moment. */
function withBrackets(answer) {
  const found = [...answer.querySelectorAll('a[href^="#source-"], sup')];
  const markers = found.map((marker) => [marker, marker.textContent]);
  for (const [marker, number] of markers) marker.textContent = `[${number}]`;
  const text = answer.innerText.trim();
  for (const [marker, number] of markers) marker.textContent = number;
  return text;
}

function sourceAsText(source, index) {
  const lines = [...source.children].map((part) => part.textContent.trim().replace(/\s+/gu, " "));
  const [head, place, excerpt] = [lines[0] ?? "", lines[1] ?? "", lines[2] ?? ""];
  const title = head.replace(/^\d+\s*/u, "");
  return `[${/^\d+/u.exec(head)?.[0] ?? index + 1}] ${[title, place].filter(Boolean).join(", ")}: “${excerpt}”`;
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeThroughSelection(text);
  }
}

/** The way for pages on plain http, where browsers offer no clipboard. */
function writeThroughSelection(text) {
  const focused = document.activeElement;
  const box = document.body.appendChild(document.createElement("textarea"));
  box.value = text;
  box.className = "visually-hidden";
  box.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    box.remove();
    focused?.focus?.({ preventScroll: true });
  }
}
