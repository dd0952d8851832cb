/**
 * @typedef {{createHTML: (html: string) => string}} Policy its result counts as a string, as ``innerHTML`` takes one
 * @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} TrustedTypes
 */

const POLICY = "chatsite";

/**
 * The only place that turns text into HTML: what our own server has rendered. The page's CSP lets no other policy be
 * made, and nothing be parsed without one.
 */
export class TrustedHtml {
  /** @type {Policy | undefined} */ #policy;
  /** @type {Document} */ #document;

  /**
   * @param {Document} document
   * @param {TrustedTypes | undefined} trustedTypes absent in browsers that have no policies
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
