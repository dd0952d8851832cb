/**
 * @typedef {{createHTML: (html: string) => string, createScriptURL: (address: string) => string}} Policy its TrustedHTML
 *   and TrustedScriptURL can be used as strings
 * @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} TrustedTypes
 */

const POLICY = "chatsite";

/**
 * The only place that parses HTML, and only HTML that our own server has rendered. The page's CSP allows no other
 * Trusted Types policy, and no parsing without one.
 */
export class TrustedHtml {
  /** @type {Policy | undefined} */ #policy;
  /** @type {Document} */ #document;

  /**
   * @param {Document} document
   * @param {TrustedTypes | undefined} trustedTypes undefined in browsers without Trusted Types
   */
  constructor(document, trustedTypes = Reflect.get(globalThis, "trustedTypes")) {
    this.#document = document;
    this.#policy = trustedTypes?.createPolicy(POLICY, {
      createHTML: (html) => html,
      createScriptURL: (address) => ownAddress(address, document.baseURI),
    });
  }

  /**
   * @param {string} html rendered by the server
   * @returns {DocumentFragment}
   */
  parse(html) {
    const template = this.#document.createElement("template");
    template.innerHTML = this.#policy ? this.#policy.createHTML(html) : html;
    return template.content;
  }

  /**
   * Return the address of a script of this site, as a worker takes it.
   * @param {string} address
   * @returns {string}
   * @throws {TypeError} if it is one of another site
   */
  scriptAddress(address) {
    return this.#policy ? this.#policy.createScriptURL(address) : ownAddress(address, this.#document.baseURI);
  }
}

/** @param {string} address @param {string} page @returns {string} */
function ownAddress(address, page) {
  const { href, origin, protocol } = new URL(address, page);
  if (origin !== new URL(page).origin || !protocol.startsWith("http")) throw new TypeError(`${address} is not a script of this site.`);
  return href;
}
