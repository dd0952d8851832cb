/**
 * @import { Request, Response } from "./sending.js"
 * @typedef {{told: string, told_on: string, link: string}} Consent
 * @typedef {{collection: string | null, title: string, recorded_on: string | null, consent: Consent | null}} Details
 * @typedef {{name: string, size: number, sha256: string}} Described
 * @typedef {{title: string, url: string}} Known a recording that the site has already
 * @typedef {{uuid: string | null, name: string, size: number, received: number, sha256: string, state: string,
 *   duplicate: Known | null, error: string | null}} Sent how far a file is
 * @typedef {{batch: string | null, piece: number, files: Sent[]}} Batch
 * @typedef {{uuid: string, title: string, state: string, words: string, progress: number | null, place: number | null,
 *   again: boolean, attachable: boolean, running: boolean, recording: string | null}} Job
 */

/**
 * @template T
 * @typedef {{status: number, body: T | null, error: string}} Reply status 0 if nothing has answered, 401 if the user
 *   has to sign in; a body if it is JSON and the site has agreed; ``error`` says in a sentence why it has not
 */

export const SIGNED_OUT = 401;
const PAGE = "/recordings/upload/";

/** The addresses of the uploads of this user, as chat/urls.py has them, and those of the jobs that come of them. */
export class Routes {
  #token;
  #send;

  /** @param {{token: string, send: (request: Request) => Promise<Response>}} parts ``token`` of CSRF */
  constructor({ token, send }) {
    this.#token = token;
    this.#send = send;
  }

  /** @param {Details & {files: Described[]}} batch @param {AbortSignal} signal @returns {Promise<Reply<Batch>>} */
  begin(batch, signal) {
    return this.#call({ method: "POST", address: PAGE, body: JSON.stringify(batch), signal });
  }

  /**
   * @param {string} uuid
   * @param {number} offset
   * @param {Blob} piece
   * @param {{onProgress: (sent: number) => void, signal: AbortSignal}} options
   * @returns {Promise<Reply<Sent>>} with the body also if the site expects another offset (409)
   */
  put(uuid, offset, piece, options) {
    return this.#call({ method: "PUT", address: `${PAGE}${uuid}/${offset}`, body: piece, ...options });
  }

  /** @param {string} uuid @param {AbortSignal} [signal] @returns {Promise<Reply<Sent & {job: Job | null}>>} */
  look(uuid, signal) {
    return this.#call({ method: "GET", address: `${PAGE}${uuid}`, signal });
  }

  /** @param {string} uuid @returns {Promise<Reply<{}>>} */
  discard(uuid) {
    return this.#call({ method: "DELETE", address: `${PAGE}${uuid}` });
  }

  /** @returns {Promise<Reply<{piece: number, files: Sent[]}>>} those that are not complete */
  open() {
    return this.#call({ method: "GET", address: PAGE });
  }

  /** @returns {Promise<Reply<{jobs: Job[]}>>} */
  jobs() {
    return this.#call({ method: "GET", address: "/recordings/processing/" });
  }

  /** Let the step that failed run again. @param {string} job @returns {Promise<Reply<Job>>} */
  again(job) {
    return this.#call({ method: "POST", address: `/recordings/processing/${job}/again` });
  }

  /** @param {string} job @returns {Promise<Reply<Job>>} without a body if nothing is left of it */
  cancel(job) {
    return this.#call({ method: "POST", address: `/recordings/processing/${job}/cancel` });
  }

  /** @param {string} job @param {File} transcript @returns {Promise<Reply<Job>>} */
  attach(job, transcript) {
    const body = new FormData();
    body.set("transcript", transcript);
    return this.#call({ method: "POST", address: `/recordings/processing/${job}/transcript`, body });
  }

  /**
   * @template T
   * @param {Omit<Request, "headers">} request
   * @param {boolean} [mayRenew] the token, if the site does not take it any more
   * @returns {Promise<Reply<T>>}
   */
  async #call(request, mayRenew = true) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.#token, ...kindOf(request.body) };
    const { status, text, path } = await this.#send({ ...request, headers });
    if (status === 403 && mayRenew && (await this.#renew())) return this.#call(request, false);
    if (path.startsWith("/accounts/")) return { status: SIGNED_OUT, body: null, error: "" };
    /** @type {(T & {error?: string | null}) | null} */
    const body = parsed(text);
    return { status, body: status < 300 || status === 409 ? body : null, error: String(body?.error ?? "") };
  }

  /**
   * Get a new token: each sign-in changes it, also one in another tab.
   * @returns {Promise<boolean>} whether there is one
   */
  async #renew() {
    const { text } = await this.#send({ method: "GET", address: PAGE, headers: { Accept: "text/html" } });
    const found = /name="csrfmiddlewaretoken" value="(\w+)"/u.exec(text);
    this.#token = found?.[1] ?? this.#token;
    return found !== null;
  }
}

/**
 * @template T
 * @param {string} text
 * @returns {(T & {error?: string | null}) | null} null if it is no JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Return the header of a body; a form has one of its own.
 * @param {Request["body"]} body
 * @returns {Record<string, string>}
 */
function kindOf(body) {
  if (body === undefined || body instanceof FormData) return {};
  return { "Content-Type": body instanceof Blob ? "application/octet-stream" : "application/json" };
}
