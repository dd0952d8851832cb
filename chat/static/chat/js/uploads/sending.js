/**
 * @import { Clock } from "../page/clock.js"
 * @typedef {{method: string, address: string, headers: Record<string, string>, body?: Blob | string | FormData,
 *   onProgress?: (sent: number) => void, signal?: AbortSignal}} Request
 * @typedef {{status: number, text: string, path: string}} Response status 0 if nothing has answered; the path of the
 *   page to which the site has led
 */

const SILENT_FOR = 45_000;
/** When all pieces are there, the site puts a file together and reads it, which takes minutes in a remote storage. */
const ANSWERS_WITHIN = 10 * 60_000;

/**
 * Send a request. ``fetch`` tells nothing of how much of a body has been sent, so it is an XMLHttpRequest.
 * It fails when nothing moves for some time; how long it takes in all does not matter.
 * @param {Request} request
 * @param {Clock} clock
 * @returns {Promise<Response>}
 */
export function send({ method, address, headers, body, onProgress, signal }, clock) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stop = () => {};
    const abort = () => request.abort();
    const wait = (/** @type {number} */ time) => {
      stop();
      stop = clock.after(time, abort);
    };
    request.addEventListener("loadend", () => {
      stop();
      signal?.removeEventListener("abort", abort);
      const { status, responseText: text, responseURL } = request;
      resolve({ status, text, path: responseURL ? new URL(responseURL).pathname : "" });
    });
    request.upload.addEventListener("progress", ({ loaded }) => {
      wait(SILENT_FOR);
      onProgress?.(loaded);
    });
    request.upload.addEventListener("load", () => wait(ANSWERS_WITHIN));
    signal?.addEventListener("abort", abort);
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    wait(SILENT_FOR);
    request.send(body ?? null);
    if (signal?.aborted) abort();
  });
}
