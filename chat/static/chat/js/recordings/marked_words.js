/**
 * Bring the first of the marked words into view on a page that opens at their segment, which may be longer than the
 * screen. The browser scrolls to the segment with the first frame, so wait for it.
 * @param {HTMLElement} root
 */
export function showMarkedWords(root) {
  const words = root.querySelector("mark");
  if (words?.closest("[id]")?.id !== location.hash.slice(1)) return;
  requestAnimationFrame(() => requestAnimationFrame(() => show(words)));
}

/** @param {Element} words */
function show(words) {
  const { top, bottom } = words.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) words.scrollIntoView({ block: "center" });
}
