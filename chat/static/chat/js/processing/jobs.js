/**
 * @import { Fragments } from "../connection/fragments.js"
 * @import { Clock } from "../page/clock.js"
 */

import { find, findAll, findRequired } from "../page/elements.js";

const INTERVAL = 1_500;
export const CHANGED = "jobs-changed";

/** Keeps the list of jobs current while one of them goes on by itself. */
export class Jobs {
  /** @type {HTMLElement} */ #element;
  /** @type {Fragments} */ #fragments;
  /** @type {Clock} */ #clock;
  /** @type {() => void} */ #cancel = () => {};

  /** @param {{element: HTMLElement, fragments: Fragments, clock: Clock}} parts */
  constructor({ element, fragments, clock }) {
    this.#element = element;
    this.#fragments = fragments;
    this.#clock = clock;
  }

  /** @param {EventTarget} target of the event with which another part of the page says that there is a new job */
  start(target) {
    target.addEventListener(CHANGED, () => void this.#refresh());
    this.#wait();
  }

  #wait() {
    this.#cancel();
    if (!find(this.#element, "job-running", HTMLElement)) return;
    this.#cancel = this.#clock.after(INTERVAL, () => void this.#refresh());
  }

  async #refresh() {
    this.#cancel();
    const { fragment } = await this.#fragments.get(this.#element.dataset.jobs ?? "");
    if (fragment) this.#show(fragment);
    this.#wait();
  }

  /** Keep each job whose state has not changed: a file may be chosen in it, or the focus be there. @param {DocumentFragment} next */
  #show(next) {
    const list = findRequired(this.#element, "jobs-list", HTMLElement);
    const before = byUuid(list);
    const after = byUuid(next);
    const changed = [...after].filter(([uuid, job]) => before.get(uuid)?.dataset.jobState !== job.dataset.jobState);
    this.#say(changed.map(([, job]) => job));
    if (changed.length === 0 && before.size === after.size) {
      for (const [uuid, job] of after) update(before.get(uuid), job);
      return;
    }
    const focused = this.#focused();
    for (const [uuid, job] of after) {
      const kept = before.get(uuid);
      if (!kept || kept.dataset.jobState !== job.dataset.jobState) continue;
      update(kept, job);
      job.replaceWith(kept);
    }
    list.replaceChildren(next);
    this.#focus(focused);
  }

  /** @param {HTMLElement[]} jobs whose state has changed */
  #say(jobs) {
    const sentences = jobs.map((job) => {
      const [title, words] = ["job-title", "job-words"].map((name) => find(job, name, HTMLElement)?.textContent?.trim());
      return `${title}: ${words}`;
    });
    if (sentences.length > 0) findRequired(this.#element, "jobs-status", HTMLElement).textContent = sentences.join(" ");
  }

  /** @returns {string | undefined} the job that has the focus */
  #focused() {
    const job = this.#element.ownerDocument.activeElement?.closest("[data-job]");
    return job instanceof HTMLElement && this.#element.contains(job) ? job.dataset.job : undefined;
  }

  /** Whoever used a button that is gone stays at the job. @param {string | undefined} uuid */
  #focus(uuid) {
    if (uuid === undefined || this.#focused() !== undefined) return;
    const control = byUuid(this.#element).get(uuid)?.querySelector("a, button");
    if (control instanceof HTMLElement) control.focus();
  }
}

/**
 * @param {ParentNode} root
 * @returns {Map<string, HTMLElement>}
 */
function byUuid(root) {
  return new Map(findAll(root, "job").map((job) => [job.dataset.job ?? "", job]));
}

/**
 * Show what a job has become in the same state; a new bar would be announced each time.
 * @param {HTMLElement | undefined} job
 * @param {HTMLElement} next
 */
function update(job, next) {
  if (!job) return;
  const [words, nextWords] = [job, next].map((each) => find(each, "job-words", HTMLElement));
  if (words && nextWords) words.textContent = nextWords.textContent;
  const [bar, nextBar] = [job, next].map((each) => each.querySelector("progress"));
  if (bar && nextBar) bar.value = nextBar.value;
  else if (bar) bar.remove();
  else if (nextBar) words?.after(nextBar);
}
