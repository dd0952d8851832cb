/** The worker that computes the digests of files that are uploaded, so that the page stays responsive. */

import { digest } from "./uploads/digest.js";

self.addEventListener("message", async ({ data }) => {
  const { id, file } = data;
  try {
    const sha256 = await digest(file, (read) => self.postMessage({ id, read }));
    self.postMessage({ id, sha256 });
  } catch {
    self.postMessage({ id, isLost: true });
  }
});
