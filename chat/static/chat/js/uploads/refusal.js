import { FileLost } from "./hasher.js";
import { SIGNED_OUT } from "./routes.js";

const SIGN_IN = "You are signed out. Sign in again in another tab, and then try again: what was sent is kept.";
const RELOAD = "The site did not take this. Reload the page and choose the file again: what was sent is kept.";
const LOST = "The file cannot be read any more: it was moved, changed or deleted. Choose it again.";
const ANOTHER = "This is not the file that was begun, or it has changed. Choose that one, or discard it.";
const NO_ROOM = "The site has no room for it. Tell its operator, and try again later: what was sent is kept.";
const LATER = "The site cannot take it now. Try again later: what was sent is kept.";

/** A file is not the one of which the site has a part. */
export class AnotherFile extends Error {}

/** The site does not take a file. The message is a sentence for people. */
export class Refusal extends Error {
  /** @param {{status: number, error: string}} reply */
  constructor({ status, error }) {
    super(error || sentenceFor(status));
  }
}

/** What the site refuses for what it is: the same file is refused again. */
export class WrongFile extends Refusal {
  /** @param {string} error */
  constructor(error) {
    super({ status: 0, error });
  }
}

/** @param {unknown} error @returns {string} what went wrong, and what to do about it */
export function reasonOf(error) {
  if (error instanceof FileLost) return LOST;
  if (error instanceof AnotherFile) return ANOTHER;
  return error instanceof Refusal ? error.message : RELOAD;
}

/** @param {number} status @returns {string} */
function sentenceFor(status) {
  if (status === SIGNED_OUT) return SIGN_IN;
  if (status === 507) return NO_ROOM;
  return status >= 500 ? LATER : RELOAD;
}
