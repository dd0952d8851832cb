import { percent, progressInWords } from "./progress_words.js";
import { UploadState } from "./upload_state.js";

/**
 * @import { Totals } from "./upload_queue.js"
 * @import { Upload } from "./upload.js"
 */

const AWAY = "The network is away. It goes on by itself when the network is back.";

/**
 * Return how far a recording is, as a sentence.
 * @param {Upload} upload
 * @param {number | null} speed in bytes a second
 * @returns {string}
 */
export function uploadInWords(upload, speed) {
  const { state, size, sent } = upload;
  if (upload.isRunning && upload.waitsFor !== null) return upload.waitsFor || AWAY;
  switch (state) {
    case UploadState.UNFINISHED:
      return `${percent(sent, size)} of it has arrived. Choose ${namesOf(upload)} again, and it goes on there.`;
    case UploadState.QUEUED:
      return "Waits for its turn.";
    case UploadState.READING:
      return `Reading the file: ${percent(upload.read, size)}`;
    case UploadState.SENDING:
      return sent >= size ? "All of it is sent. The site looks at it." : progressInWords({ sent, size, speed });
    case UploadState.PROCESSING:
      return upload.job?.words ?? "It has arrived.";
    case UploadState.READY:
      return upload.job?.words ?? "Ready.";
    case UploadState.KNOWN:
      if (upload.twin) return `This is the same as “${upload.twin.title}”, which you are adding, too.`;
      return `It is here already${upload.known ? ` as “${upload.known.title}”` : ""}.`;
    default:
      return upload.reason;
  }
}

/**
 * Return how far all of them are.
 * @param {Totals} totals
 * @param {number | null} speed
 * @returns {string}
 */
export function totalsInWords({ sent, size, count, left, failed, isWaiting }, speed) {
  const words = [`${count - left} of ${count} ${count === 1 ? "recording has" : "recordings have"} arrived`];
  if (failed > 0) words.push(`${failed} failed`);
  if (left > 0) words.push(progressInWords({ sent, size, speed: isWaiting ? null : speed }));
  return words.join(" · ");
}

/** @param {Upload} upload @returns {string} */
function namesOf({ parts }) {
  return parts.map(({ name }) => `“${name}”`).join(" and ");
}
