import { FileLost } from "./hasher.js";
import { stemOf } from "./pairs.js";
import { AnotherFile, Refusal, WrongFile, reasonOf } from "./refusal.js";
import { RUNNING, UploadState } from "./upload_state.js";

/**
 * @import { Chosen } from "./chosen_files.js"
 * @import { Hasher } from "./hasher.js"
 * @import { Lanes } from "./lanes.js"
 * @import { Retries } from "./retries.js"
 * @import { Details, Job, Known, Reply, Routes, Sent } from "./routes.js"
 * @import { Transfer } from "./transfer.js"
 * @import { State } from "./upload_state.js"
 * @typedef {{file: File | null, handle: FileSystemFileHandle | null, name: string, size: number, sha256: string,
 *   uuid: string | null, sent: number}} Part one of its files; ``file`` is null until somebody has chosen it again
 * @typedef {{routes: Routes, hasher: Hasher, transfer: Transfer, retries: Retries, reading: Lanes,
 *   sending: Lanes}} Means
 * @typedef {(upload: Upload, before: State) => void} OnChange
 */

const GONE = "The site has not kept what was sent of it. Add it anew.";

/** @type {Details} */
const NO_DETAILS = { collection: null, title: "", recorded_on: null, consent: null };

/** One recording on its way to the site: its transcript, its audio, or both. */
export class Upload {
  /** @type {Part[]} */ parts;
  /** @type {Details | null} null if it was begun by another page */ #details;
  /** @type {Means} */ #means;
  /** @type {OnChange} */ #onChange;
  /** @type {(upload: Upload) => Upload | undefined} */ #twinOf;
  /** @type {State} */ #state;
  /** @type {WeakSet<File>} those whose digest is known */ #digested = new WeakSet();
  #stop = new AbortController();
  #piece = 0;
  #isWrong = false;
  #read = 0;
  /** @type {string | null} what it waits for, in words; empty for the network, null for nothing */ waitsFor = null;
  reason = "";
  /** @type {Job | null} */ job = null;
  isKnown = false;
  /** @type {Known | null} */ known = null;
  /** @type {Upload | undefined} another one with the same content, which is sent instead */ twin;

  /**
   * @param {{parts: Part[], details?: Details | null, job?: Job | null, means: Means, onChange: OnChange,
   *   twinOf?: (upload: Upload) => Upload | undefined, piece?: number}} given ``job`` alone, without parts, of what
   *   has arrived before
   */
  constructor({ parts, details = null, job = null, means, onChange, twinOf = () => undefined, piece = 0 }) {
    this.parts = parts;
    this.#details = details;
    this.#means = means;
    this.#onChange = onChange;
    this.#twinOf = twinOf;
    this.#piece = piece;
    this.#state = details ? UploadState.QUEUED : UploadState.UNFINISHED;
    if (job) this.#state = this.#take(job);
  }

  get state() {
    return this.#state;
  }

  get title() {
    return this.job?.title || this.#details?.title || stemOf(this.parts[0]?.name ?? "");
  }

  /** The page of its recording; null until there is one that the reader hears. @returns {string | null} */
  get address() {
    return (this.#state === UploadState.READY && this.job?.recording) || (this.known?.url ?? null);
  }

  /** What tells contents apart; empty if that is not known of all files. */
  get digest() {
    const digests = this.parts.map(({ sha256 }) => sha256);
    return digests.every(Boolean) ? digests.join(" ") : "";
  }

  /** Whether somebody has to choose its file again before it can go on. */
  get needsFile() {
    return this.parts.some(({ file }) => file === null);
  }

  get mayGoOn() {
    return !this.#isWrong && (this.#details !== null || this.parts.every(({ uuid }) => uuid !== null));
  }

  get isRunning() {
    return RUNNING.includes(this.#state);
  }

  get size() {
    return total(this.parts.map(({ size }) => size));
  }

  get sent() {
    return total(this.parts.map(({ sent }) => sent));
  }

  /** How many bytes have been read for the digests. */
  get read() {
    return this.#read;
  }

  /** Send it, from where it was broken off. */
  async run() {
    this.#stop = new AbortController();
    this.reason = "";
    this.#become(UploadState.QUEUED);
    const { reading, sending } = this.#means;
    try {
      await reading.run(() => this.#digest(), this.#stop.signal);
      this.twin = this.#twinOf(this);
      if (this.twin) return this.#become(UploadState.KNOWN);
      await sending.run(() => this.#send(), this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(error);
    }
  }

  /** Go on: with the job of it, where that has failed. */
  async again() {
    return this.job ? this.#changed(await this.#means.routes.again(this.job.uuid)) : this.run();
  }

  /** Give the site the transcript that its job waits for. @param {File} transcript */
  async attach(transcript) {
    if (this.job) this.#changed(await this.#means.routes.attach(this.job.uuid, transcript));
  }

  /** Go on with files that somebody has chosen again. @param {Chosen[]} files */
  async resume(files) {
    for (const part of this.parts) {
      const again = files.find(({ name, size }) => name === part.name && size === part.size);
      if (again) Object.assign(part, { file: again.file, handle: again.handle });
    }
    await this.run();
  }

  async cancel() {
    this.#stop.abort();
    if (this.job) return this.#changed(await this.#means.routes.cancel(this.job.uuid));
    this.#become(UploadState.CANCELLED);
    for (const { uuid } of this.parts) if (uuid) await this.#means.routes.discard(uuid);
  }

  /** Learn how far the site is with it. @param {Job} job */
  follow(job) {
    this.#become(this.#take(job));
  }

  /** Ask whether its job has begun. */
  async look() {
    const last = this.parts.at(-1);
    if (!last) return this.#become(UploadState.CANCELLED); // a job of before that is gone
    const { body } = await this.#means.routes.look(last.uuid ?? "");
    try {
      if (body) this.#learn(body);
      if (this.isKnown) this.#become(UploadState.KNOWN);
      else if (body?.job) this.follow(body.job);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {Job} job @returns {State} */
  #take(job) {
    this.job = job;
    this.reason = job.state === "failed" ? job.words : "";
    if (job.state === "ready") return UploadState.READY;
    return job.state === "failed" ? UploadState.FAILED : UploadState.PROCESSING;
  }

  async #digest() {
    this.#become(UploadState.READING);
    for (const [at, part] of this.parts.entries()) {
      if (!part.file) throw new FileLost();
      if (this.#digested.has(part.file)) continue;
      const before = total(this.parts.slice(0, at).map(({ size }) => size));
      const onProgress = (/** @type {number} */ read) => (this.#read = before + read);
      const sha256 = await this.#means.hasher.hash(part.file, { onProgress, signal: this.#stop.signal });
      if (sha256 && part.sha256 && sha256 !== part.sha256) throw new AnotherFile();
      part.sha256 = sha256 ?? part.sha256;
      this.#digested.add(part.file);
    }
  }

  async #send() {
    this.#become(UploadState.SENDING);
    await (this.parts.some(({ uuid }) => uuid === null) ? this.#begin() : this.#catchUp());
    for (const part of this.parts) {
      if (part.uuid && part.file && !this.isKnown) await this.#sendPart(part, part.uuid, part.file);
    }
    if (this.isKnown) return this.#become(UploadState.KNOWN);
    this.#become(UploadState.PROCESSING);
    await this.look();
  }

  async #begin() {
    const { routes, retries } = this.#means;
    // Without the digest of a transcript that has audio, the site takes both: the audio may be what it lacks.
    const unsaid = this.parts.length > 1 ? this.parts[0] : null;
    const files = this.parts.map((part) => {
      return { name: part.name, size: part.size, sha256: part === unsaid ? "" : part.sha256 };
    });
    const batch = { ...(this.#details ?? NO_DETAILS), files };
    const reply = await retries.run(() => routes.begin(batch, this.#stop.signal), this.#waiting);
    if (!reply.body) throw new Refusal(reply);
    this.#piece = reply.body.piece;
    for (const [at, file] of reply.body.files.entries()) this.#learn(file, this.parts[at]);
  }

  /** Learn how much the site has of what was begun before. */
  async #catchUp() {
    const { routes, retries } = this.#means;
    for (const part of this.parts) {
      const look = () => routes.look(part.uuid ?? "", this.#stop.signal);
      const { body, status, error } = await retries.run(look, this.#waiting);
      if (status === 404) part.uuid = null;
      if (!body) throw new Refusal({ status, error: status === 404 ? GONE : error });
      this.#learn(body, part);
    }
  }

  /** @param {Part} part @param {string} uuid @param {File} file */
  async #sendPart(part, uuid, file) {
    const onProgress = (/** @type {number} */ sent) => (part.sent = sent);
    const begin = { uuid, received: part.sent, piece: this.#piece };
    await this.#means.transfer.send(file, begin, { ...this.#waiting, onProgress });
  }

  /**
   * Learn what the site says of a file: how much it has of it, that it has a recording of it, or that it refuses it.
   * @param {Sent} sent
   * @param {Part} [part]
   */
  #learn({ uuid, name, size, received, state, error, duplicate }, part) {
    if (error) throw new WrongFile(this.parts.length > 1 ? `${name}: ${error}` : error);
    this.isKnown ||= state === "duplicate";
    this.known = duplicate ?? this.known;
    if (!part) return;
    part.uuid = uuid;
    // The last piece is sent again if the site has all but could not make a file of them.
    part.sent = state === "open" ? Math.min(received, Math.floor((size - 1) / this.#piece) * this.#piece) : size;
  }

  /** Show what its job has become. @param {Reply<Job>} reply without a body if the job is gone, or was not changed */
  #changed({ status, body, error }) {
    if (body) return this.follow(body);
    if (status === 204 || status === 404) return this.#become(UploadState.CANCELLED);
    this.#fail(new Refusal({ status, error }));
  }

  get #waiting() {
    const onWait = (/** @type {string | null} */ waitsFor) => {
      if (this.waitsFor === waitsFor) return;
      this.waitsFor = waitsFor;
      this.#onChange(this, this.#state);
    };
    return { signal: this.#stop.signal, onWait };
  }

  /** @param {unknown} error */
  #fail(error) {
    if (error instanceof FileLost || error instanceof AnotherFile) for (const part of this.parts) part.file = null;
    this.#isWrong = error instanceof WrongFile;
    this.reason = reasonOf(error);
    this.#become(UploadState.FAILED);
  }

  /** @param {State} state */
  #become(state) {
    const before = this.#state;
    this.#state = state;
    this.waitsFor = null;
    this.#onChange(this, before);
  }
}

/** @param {number[]} numbers @returns {number} */
function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}
