/** Copies the text of a field, by a button beside it; where the browser refuses, the text stays selected. */

for (const button of document.querySelectorAll("[data-copy-field]")) {
  const field = document.getElementById(button.getAttribute("data-copy-field") ?? "");
  const status = document.querySelector("[data-copy-status]");
  if (!(button instanceof HTMLElement && field instanceof HTMLInputElement && status)) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = (await copied(field)) ? "Copied." : "The browser did not allow copying: press Ctrl+C.";
  });
}

/**
 * Copy the text of a field. On plain http browsers have no clipboard API, but they copy what is selected.
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>} whether it was copied
 */
async function copied(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
