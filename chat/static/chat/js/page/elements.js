/** Finds the elements that the templates mark with ``data-…`` attributes. */

/**
 * Return the first element with this mark; null if there is none of this kind.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name of the attribute, without ``data-``
 * @param {new () => T} kind
 * @returns {T | null}
 */
export function find(root, name, kind) {
  const element = root.querySelector(`[data-${name}]`);
  return element instanceof kind ? element : null;
}

/**
 * Return the first element with this mark.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name of the attribute, without ``data-``
 * @param {new () => T} kind
 * @returns {T}
 * @throws {Error} if there is none of this kind
 */
export function findRequired(root, name, kind) {
  const element = find(root, name, kind);
  if (element === null) throw new Error(`The page has no ${kind.name} with data-${name}.`);
  return element;
}

/**
 * Return all elements with this mark, in document order.
 * @param {ParentNode} root
 * @param {string} name of the attribute, without ``data-``
 * @returns {HTMLElement[]}
 */
export function findAll(root, name) {
  return [...root.querySelectorAll(`[data-${name}]`)].filter((element) => element instanceof HTMLElement);
}

/**
 * Return the closest element that matches a selector, from the target of an event outwards.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest({ target }, selector) {
  const element = target instanceof Element ? target.closest(selector) : null;
  return element instanceof HTMLElement ? element : null;
}
