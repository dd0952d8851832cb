/**
 * Give each block of code in an answer a button that copies it.
 * @param {HTMLElement} answer
 */
export function addCodeButtons(answer) {
  for (const block of answer.querySelectorAll("pre")) {
    if (block.parentElement?.matches(".code-block")) continue;
    const frame = document.createElement("div");
    frame.className = "code-block";
    block.replaceWith(frame);
    frame.append(block, codeButton());
  }
}

/** Return a button without text: what is read from the answer as text must not contain it. @returns {HTMLElement} */
function codeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.setAttribute("aria-label", "Copy code");
  button.title = "Copy code";
  return button;
}
