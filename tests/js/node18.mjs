/** What Node.js 18 lacks to run the browser modules; newer versions find nothing to add. */

import { webcrypto } from "node:crypto";
import { register } from "node:module";

const load = `export const load = (url, context, next) =>
  next(url, url.includes("/static/") ? { ...context, format: "module" } : context);`;

globalThis.crypto ??= webcrypto;
AbortSignal.any ??= (signals) => signals.at(-1);
register(`data:text/javascript,${encodeURIComponent(load)}`);
