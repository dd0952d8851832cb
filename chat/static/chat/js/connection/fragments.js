/**
 * @import { TrustedHtml } from "../page/trusted_html.js"
 * @typedef {{status: number, fragment: DocumentFragment | null}} Fetched status 0 if the request failed, as without
 *   a network, or when the user has to sign in again; a fragment only with status 200
 * @typedef {{status: number, path: string, fragment: DocumentFragment | null}} Posted status 0 if the request failed;
 *   the path and the content of the page to which the site has led
 */

const TIMEOUT = 10_000;

/** Fetches parts of pages, rendered by the server, and sends forms. */
export class Fragments {
  /** @type {TrustedHtml} */ #html;
  /** @type {typeof fetch} */ #fetch;

  /** @param {{html: TrustedHtml, fetch?: typeof fetch}} parts */
  constructor({ html, fetch = (...request) => globalThis.fetch(...request) }) {
    this.#html = html;
    this.#fetch = fetch;
  }

  /**
   * @param {string} address
   * @param {AbortSignal} [signal]
   * @returns {Promise<Fetched>}
   */
  async get(address, signal) {
    try {
      const signals = [AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])];
      const response = await this.#fetch(address, { redirect: "manual", signal: AbortSignal.any(signals) });
      const fragment = response.status === 200 ? this.#html.parse(await response.text()) : null;
      return { status: response.status, fragment };
    } catch {
      return { status: 0, fragment: null };
    }
  }

  /**
   * Send a form, and follow where the site leads.
   * @param {string} address
   * @param {FormData} fields
   * @returns {Promise<Posted>}
   */
  async post(address, fields) {
    try {
      const request = { method: "POST", body: fields, signal: AbortSignal.timeout(TIMEOUT) };
      const response = await this.#fetch(address, request);
      const fragment = this.#html.parse(await response.text());
      return { status: response.status, path: new URL(response.url).pathname, fragment };
    } catch {
      return { status: 0, path: "", fragment: null };
    }
  }
}
