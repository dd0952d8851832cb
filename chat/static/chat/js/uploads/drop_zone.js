import { findRequired } from "../page/elements.js";

/**
 * @import { Chosen } from "./chosen_files.js"
 * @typedef {(options: {multiple: boolean}) => Promise<FileSystemFileHandle[]>} Picker
 */

/** Takes files that are dropped anywhere on the page, or chosen by its buttons. */
export class DropZone {
  /** @type {HTMLElement} */ #element;
  /** @type {(files: Chosen[]) => void} */ #onChoice;
  #depth = 0;

  /** @param {{element: HTMLElement, onChoice: (files: Chosen[]) => void}} parts */
  constructor({ element, onChoice }) {
    this.#element = element;
    this.#onChoice = onChoice;
  }

  /** @param {Document} page */
  start(page) {
    page.addEventListener("dragenter", (event) => this.#drag(event, 1));
    page.addEventListener("dragleave", (event) => this.#drag(event, -1));
    page.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    page.addEventListener("drop", (event) => this.#drop(event));
    const files = this.#listen("files");
    const folder = this.#listen("folder");
    this.#offer(findRequired(this.#element, "choose-files", HTMLButtonElement), () => this.#choose(files));
    this.#offer(findRequired(this.#element, "choose-folder", HTMLButtonElement), () => folder.click());
  }

  /**
   * Enable a button, which can do nothing before the script is there.
   * @param {HTMLButtonElement} button
   * @param {() => void} act
   */
  #offer(button, act) {
    button.addEventListener("click", act);
    button.disabled = false;
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #listen(name) {
    const input = findRequired(this.#element, name, HTMLInputElement);
    input.addEventListener("change", () => {
      this.#onChoice([...(input.files ?? [])].map((file) => chosen(file, file.webkitRelativePath)));
      input.value = "";
    });
    return input;
  }

  /** Choose files by handles, where the browser has them: they outlive a reload. @param {HTMLInputElement} input */
  async #choose(input) {
    /** @type {Picker | undefined} */
    const pick = Reflect.get(globalThis, "showOpenFilePicker");
    if (!pick) return input.click();
    try {
      this.#onChoice(await filesOf(await pick.call(globalThis, { multiple: true })));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) input.click();
    }
  }

  /** @param {DragEvent} event @param {number} step */
  #drag(event, step) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#show(this.#depth + step);
  }

  /** @param {DragEvent} event */
  async #drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#show(0);
    this.#onChoice(await dropped([...(event.dataTransfer?.items ?? [])]));
  }

  /** @param {number} depth of the elements that a file is dragged into */
  #show(depth) {
    this.#depth = Math.max(depth, 0);
    this.#element.toggleAttribute("data-over", this.#depth > 0);
  }
}

/** @param {DragEvent} event @returns {boolean} */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}

/**
 * @param {File} file
 * @param {string} path
 * @param {FileSystemFileHandle | null} [handle]
 * @returns {Chosen}
 */
function chosen(file, path, handle = null) {
  return { file, name: file.name, size: file.size, path: path || file.name, handle };
}

/** @param {FileSystemFileHandle[]} handles @returns {Promise<Chosen[]>} */
function filesOf(handles) {
  return Promise.all(handles.map(async (handle) => chosen(await handle.getFile(), "", handle)));
}

/**
 * Return the files that were dropped, and those in folders. All items must be asked at once: they are gone later.
 * @param {DataTransferItem[]} items
 * @returns {Promise<Chosen[]>}
 */
async function dropped(items) {
  const found = items.filter(({ kind }) => kind === "file").map(async (item) => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    const handle = entry?.isDirectory ? null : await handleOf(item);
    if (entry?.isDirectory) return filesIn(entry);
    return file ? [chosen(file, "", handle)] : [];
  });
  return (await Promise.all(found)).flat();
}

/** @param {DataTransferItem} item @returns {Promise<FileSystemFileHandle | null>} */
async function handleOf(item) {
  try {
    /** @type {(() => Promise<FileSystemHandle | null>) | undefined} */
    const ask = Reflect.get(item, "getAsFileSystemHandle");
    const handle = await ask?.call(item);
    return handle instanceof FileSystemFileHandle ? handle : null;
  } catch {
    return null;
  }
}

/** Return the files in a folder, at any depth. @param {FileSystemEntry} entry @returns {Promise<Chosen[]>} */
async function filesIn(entry) {
  if (entry instanceof FileSystemFileEntry) {
    /** @type {File} */
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [chosen(file, entry.fullPath)];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  return (await Promise.all((await entriesIn(entry)).map(filesIn))).flat();
}

/**
 * Return what a folder has. The browser gives it in parts, until it gives none.
 * @param {FileSystemDirectoryEntry} folder
 */
async function entriesIn(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return entries;
    entries.push(...part);
  }
}
