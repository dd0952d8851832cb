/**
 * @typedef {{createHTML: (html: string) => string}} Policy its TrustedHTML can be used as a string
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
    this.#policy = trustedTypes?.createPolicy(POLICY, { createHTML: (html) => html });
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
}
