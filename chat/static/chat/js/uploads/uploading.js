import { find, findRequired } from "../page/elements.js";
import { ChosenFiles } from "./chosen_files.js";
import { ChosenView } from "./chosen_view.js";
import { DetailsForm } from "./details_form.js";
import { DropZone } from "./drop_zone.js";
import { Overview } from "./overview.js";
import { pairs } from "./pairs.js";
import { counted } from "./progress_words.js";
import { Upload } from "./upload.js";
import { UploadQueue } from "./upload_queue.js";
import { UploadState } from "./upload_state.js";

/**
 * @import { Announcer } from "../page/announcer.js"
 * @import { Clock } from "../page/clock.js"
 * @import { Chosen } from "./chosen_files.js"
 * @import { KeptFiles } from "./kept_files.js"
 * @import { Endings } from "./pairs.js"
 * @import { Means, Part } from "./upload.js"
 * @import { Details, Job } from "./routes.js"
 * @typedef {{root: HTMLElement, means: Means, kept: KeptFiles, announcer: Announcer, clock: Clock}} Parts
 */

/** The page on which recordings are added: files are chosen, sent, and followed until the site has made recordings. */
export class Uploading {
  /** @type {Means} */ #means;
  /** @type {KeptFiles} */ #kept;
  /** @type {Clock} */ #clock;
  /** @type {Endings} */ #endings;
  /** @type {ChosenFiles} */ #chosen;
  /** @type {ChosenView} */ #chosenView;
  /** @type {DetailsForm} */ #details;
  /** @type {HTMLFormElement} */ #form;
  /** @type {UploadQueue} */ #queue;
  /** @type {Overview} */ #overview;

  /** @param {Parts} parts */
  constructor({ root, means, kept, announcer, clock }) {
    this.#means = means;
    this.#kept = kept;
    this.#clock = clock;
    this.#endings = { transcript: words(root.dataset.transcriptEndings), audio: words(root.dataset.mediaEndings) };
    this.#form = findRequired(root, "upload-form", HTMLFormElement);
    this.#chosen = new ChosenFiles({ endings: this.#endings, most: Number(root.dataset.most) });
    this.#chosenView = new ChosenView({ form: this.#form, chosen: this.#chosen, endings: this.#endings });
    this.#details = new DetailsForm(this.#form);
    this.#queue = new UploadQueue({ routes: means.routes });
    const act = (/** @type {Upload} */ upload, /** @type {string} */ action) => this.#act(upload, action);
    this.#overview = new Overview({ root, queue: this.#queue, announcer, clock, act });
  }

  /** @param {Window} view */
  async start(view) {
    const element = findRequired(this.#form, "drop", HTMLElement);
    new DropZone({ element, onChoice: (files) => this.#choose(files) }).start(view.document);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    view.addEventListener("beforeunload", (event) => this.#queue.isRunning && event.preventDefault());
    this.#chosenView.refresh();
    this.#overview.start();
    await this.#restore();
    this.#queue.start(this.#clock);
  }

  /** Go on with what was broken off, and collect the others. @param {Chosen[]} files */
  #choose(files) {
    const fresh = pairs(files, this.#endings).filter((recording) => {
      const broken = this.#queue.unfinished(recording.map(({ file }) => file));
      for (const upload of broken) upload.resume(recording);
      return broken.length === 0;
    });
    this.#chosen.add(fresh.flat());
    this.#chosenView.refresh();
  }

  #submit() {
    const count = this.#chosen.recordings.filter(({ error }) => error === "").length;
    if (this.#details.refuse(count) !== "") return;
    const details = this.#details.details(count);
    for (const files of this.#chosen.take()) this.#add({ parts: files.map(partOf), details }).run();
    this.#details.next();
    this.#chosenView.refresh();
    this.#overview.begin(`Adding ${counted(count, "recording")}.`);
  }

  /**
   * @param {{parts: Part[], details?: Details, job?: Job, piece?: number}} given
   * @returns {Upload}
   */
  #add(given) {
    const onChange = (/** @type {Upload} */ changed, /** @type {string} */ before) => this.#changed(changed, before);
    const twinOf = (/** @type {Upload} */ upload) => this.#queue.twinOf(upload);
    const upload = new Upload({ ...given, means: this.#means, onChange, twinOf });
    this.#queue.add(upload);
    this.#overview.add(upload);
    return upload;
  }

  /** Show what was broken off before, and what the site still works on. */
  async #restore() {
    const [open, jobs] = [await this.#means.routes.open(), await this.#means.routes.jobs()];
    for (const job of jobs.body?.jobs ?? []) if (job.state !== "ready") this.#add({ parts: [], job });
    const { piece = 0, files = [] } = open.body ?? {};
    for (const { uuid, name, size, received, sha256 } of files.filter(({ state }) => state === "open")) {
      const part = { file: null, handle: null, name, size, sha256, uuid, sent: received };
      await this.#goOn(this.#add({ parts: [part], piece }), { mayAsk: false });
    }
  }

  /**
   * Go on without a new choice, if the browser has kept the file.
   * @param {Upload} upload
   * @param {{mayAsk: boolean}} options
   * @returns {Promise<boolean>} whether it has
   */
  async #goOn(upload, { mayAsk }) {
    const [{ uuid }] = upload.parts;
    const file = await this.#kept.find(uuid ?? "", { mayAsk });
    if (file) upload.resume([{ file, name: file.name, size: file.size, path: file.name, handle: null }]);
    return file !== null;
  }

  /** @param {Upload} upload @param {string} action */
  async #act(upload, action) {
    if (action === "cancel") return upload.cancel();
    if (action === "again") return upload.again();
    if (action === "attach") return this.#overview.chooseTranscript(upload);
    if (!(await this.#goOn(upload, { mayAsk: true }))) find(this.#form, "choose-files", HTMLElement)?.click();
  }

  /** @param {Upload} upload @param {string} before */
  #changed(upload, before) {
    const isOver = !upload.isRunning && upload.state !== UploadState.FAILED && upload.state !== UploadState.UNFINISHED;
    for (const { uuid, handle } of upload.parts) {
      if (uuid && isOver) this.#kept.forget(uuid);
      else if (uuid && handle) this.#kept.keep(uuid, handle);
    }
    if (upload.state === UploadState.CANCELLED) this.#queue.remove(upload);
    this.#overview.changed(upload, before);
  }
}

/** @param {Chosen} chosen @returns {Part} */
function partOf({ file, name, size, handle }) {
  return { file, handle, name, size, sha256: "", uuid: null, sent: 0 };
}

/** @param {string | undefined} text @returns {string[]} */
function words(text) {
  return (text ?? "").split(" ").filter(Boolean);
}
