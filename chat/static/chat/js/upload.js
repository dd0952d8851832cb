/** The page on which recordings are added. */

import { html } from "./main.js";
import { Announcer } from "./page/announcer.js";
import { Clock } from "./page/clock.js";
import { find, findRequired } from "./page/elements.js";
import { Hasher } from "./uploads/hasher.js";
import { KeptFiles } from "./uploads/kept_files.js";
import { Lanes } from "./uploads/lanes.js";
import { Retries } from "./uploads/retries.js";
import { Routes } from "./uploads/routes.js";
import { send } from "./uploads/sending.js";
import { Transfer } from "./uploads/transfer.js";
import { Uploading } from "./uploads/uploading.js";

/** How many recordings are sent at once: a small one needs not wait for a large one, and two fill any line. */
const SENDING = 2;

const { body } = document;
const root = find(body, "uploading", HTMLElement);
if (root && find(root, "upload-form", HTMLFormElement)) start(root);

/** @param {HTMLElement} root */
function start(root) {
  const clock = new Clock();
  const form = findRequired(root, "upload-form", HTMLFormElement);
  const token = String(new FormData(form).get("csrfmiddlewaretoken") ?? "");
  const routes = new Routes({ token, send: (request) => send(request, clock) });
  const retries = new Retries({ clock, network: window });
  const hasher = new Hasher(() => new Worker(html.scriptAddress(root.dataset.worker ?? ""), { type: "module" }));
  const transfer = new Transfer({ routes, retries });
  const means = { routes, hasher, transfer, retries, reading: new Lanes(1), sending: new Lanes(SENDING) };
  const announcer = new Announcer({ element: findRequired(body, "announcer", HTMLElement), clock });
  new Uploading({ root, means, kept: new KeptFiles(storage()), announcer, clock }).start(window);
}

/** Return where files are kept over a reload. Browsers that are set to store nothing throw when it is read. */
function storage() {
  try {
    return globalThis.indexedDB;
  } catch {
    return undefined;
  }
}
