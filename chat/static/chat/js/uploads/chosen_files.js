import { kindOf, pairs } from "./pairs.js";
import { sizeInWords } from "./progress_words.js";

/**
 * @import { Endings } from "./pairs.js"
 * @typedef {{file: File, name: string, size: number, path: string, handle: FileSystemFileHandle | null}} Chosen
 *   ``handle`` can be kept over a reload, where the browser has such
 * @typedef {{files: Chosen[], error: string}} Recording its files, and why they cannot be sent
 */

const UNKNOWN = "This is neither a transcript nor audio or video that the site knows.";

/** The files that somebody has chosen, until they are sent. */
export class ChosenFiles {
  /** @type {Chosen[]} */ #files = [];
  /** @type {Endings} */ #endings;
  /** @type {number} */ #most;
  /** How many files of folders were left out: hidden ones, and those of other kinds. */
  leftOut = 0;

  /** @param {{endings: Endings, most: number}} limits ``most`` bytes for a file */
  constructor({ endings, most }) {
    this.#endings = endings;
    this.#most = most;
  }

  /** Add files, each once. @param {Chosen[]} files */
  add(files) {
    const wanted = files.filter((file) => !isInFolder(file) || this.#isWanted(file));
    this.leftOut = files.length - wanted.length;
    for (const file of wanted) if (!this.#files.some((each) => isSame(each, file))) this.#files.push(file);
  }

  /** @param {Recording} recording */
  remove({ files }) {
    this.#files = this.#files.filter((file) => !files.includes(file));
  }

  /** @returns {Recording[]} */
  get recordings() {
    return pairs(this.#files, this.#endings).map((files) => ({ files, error: this.#wrong(files) }));
  }

  /** Return what can be sent, and forget it. @returns {Chosen[][]} */
  take() {
    const right = this.recordings.filter(({ error }) => error === "");
    for (const recording of right) this.remove(recording);
    return right.map(({ files }) => files);
  }

  /** @param {Chosen} file of a folder @returns {boolean} */
  #isWanted({ name }) {
    return kindOf(name, this.#endings) !== null && !name.startsWith(".");
  }

  /** @param {Chosen[]} files @returns {string} */
  #wrong(files) {
    const words = files.map(({ name, size }) => {
      if (kindOf(name, this.#endings) === null) return UNKNOWN;
      if (size === 0) return `The file “${name}” is empty.`;
      const most = sizeInWords(this.#most);
      return size > this.#most ? `“${name}” has ${sizeInWords(size)}; a file may have at most ${most}.` : "";
    });
    return words.filter(Boolean).join(" ");
  }
}

/** @param {Chosen} file @param {Chosen} other */
function isSame(file, other) {
  return file.path === other.path && file.size === other.size && file.file.lastModified === other.file.lastModified;
}

/** @param {Chosen} file @returns {boolean} whether it came with a folder, and so was not chosen itself */
function isInFolder({ path }) {
  return path.replace(/^\//u, "").includes("/");
}
