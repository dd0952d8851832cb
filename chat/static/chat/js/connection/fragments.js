const TIMEOUT = 10_000;

/** Fetches parts of pages that the server has rendered. */
export class Fragments {
  #html;
  #fetch;

  /** @param {{html: object, fetch?: typeof fetch}} parts ``html``: see ``TrustedHtml`` */
  constructor({ html, fetch = (...request) => globalThis.fetch(...request) }) {
    this.#html = html;
    this.#fetch = fetch;
  }

  /**
   * @param {string} address
   * @param {AbortSignal} [signal]
   * @returns {Promise<{status: number, fragment: DocumentFragment | null}>} status 0 when nothing could be fetched, as
   *   without a network or when the user has to sign in again; a fragment only with status 200
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
}
