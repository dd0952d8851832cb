import { RUNNING, UploadState } from "./upload_state.js";

/**
 * @import { Clock } from "../page/clock.js"
 * @import { Job, Routes } from "./routes.js"
 * @import { Upload } from "./upload.js"
 * @import { State } from "./upload_state.js"
 * @typedef {{read: number, sent: number, size: number, count: number, left: number, failed: number, isWaiting: boolean}} Totals
 *   of the recordings that are or were being sent; ``left`` counts those that still are, ``failed`` those that are none
 */

const LOOK = 2_000;

/** @type {readonly State[]} */
const ON_THEIR_WAY = [...RUNNING, UploadState.PROCESSING];

/** @type {readonly State[]} */
const COUNTED = [...ON_THEIR_WAY, UploadState.READY];

/** The recordings that are on their way, and what the site makes of them. */
export class UploadQueue {
  /** @type {Upload[]} */ #uploads = [];
  /** @type {Routes} */ #routes;

  /** @param {{routes: Routes}} parts */
  constructor({ routes }) {
    this.#routes = routes;
  }

  /** @param {Clock} clock */
  start(clock) {
    const again = async () => {
      await this.refresh();
      clock.after(LOOK, again);
    };
    clock.after(LOOK, again);
  }

  /** @param {Upload} upload */
  add(upload) {
    this.#uploads.push(upload);
  }

  /** @param {Upload} upload */
  remove(upload) {
    this.#uploads = this.#uploads.filter((each) => each !== upload);
  }

  /** Whether leaving the page would break something off. */
  get isRunning() {
    return this.#uploads.some(({ isRunning }) => isRunning);
  }

  /** @returns {Totals} */
  get totals() {
    const counted = this.#uploads.filter(({ state }) => COUNTED.includes(state));
    const running = counted.filter(({ isRunning }) => isRunning);
    return {
      read: counted.reduce((sum, { read }) => sum + read, 0),
      sent: counted.reduce((sum, { sent }) => sum + sent, 0),
      size: counted.reduce((sum, { size }) => sum + size, 0),
      count: counted.length,
      left: running.length,
      failed: this.#uploads.filter(({ state }) => state === UploadState.FAILED).length,
      isWaiting: running.length > 0 && running.some(({ waitsFor }) => waitsFor !== null),
    };
  }

  /**
   * Return what was broken off of these files, by their names and sizes; their digests decide later. After a reload
   * each file of a recording stands alone.
   * @param {File[]} files
   * @returns {Upload[]}
   */
  unfinished(files) {
    const broken = this.#uploads.filter((upload) => !upload.isRunning && upload.needsFile && upload.mayGoOn);
    const found = files.map(({ name, size }) =>
      broken.find(({ parts }) => parts.some((part) => name === part.name && size === part.size)),
    );
    return [...new Set(found.filter((upload) => upload !== undefined))];
  }

  /**
   * Return another one with the same content that is on its way. Of what is ready the site says where it is.
   * @param {Upload} upload
   * @returns {Upload | undefined}
   */
  twinOf(upload) {
    const others = this.#uploads.filter((each) => each !== upload && ON_THEIR_WAY.includes(each.state));
    return upload.digest === "" ? undefined : others.find(({ digest }) => digest === upload.digest);
  }

  /** Look what the site makes of those that it has. */
  async refresh() {
    const arrived = this.#uploads.filter(({ state }) => state === UploadState.PROCESSING);
    const processing = arrived.filter(({ job }) => job?.running !== false); // others wait for somebody
    if (processing.length === 0) return;
    const { body } = await this.#routes.jobs();
    /** @type {Map<string, Job>} */
    const jobs = new Map((body?.jobs ?? []).map((job) => [job.uuid, job]));
    for (const upload of processing) {
      const job = upload.job && jobs.get(upload.job.uuid);
      if (job) upload.follow(job);
      else await upload.look();
    }
  }
}
