/**
 * Return why the site does not send audio, in its words for the listener; empty if it does, or does not say.
 * @param {string} address
 * @returns {Promise<string>}
 */
export async function reasonFor(address) {
  try {
    const response = await fetch(address, { headers: { Range: "bytes=0-0" } });
    const isText = response.headers.get("Content-Type")?.startsWith("text/plain") ?? false;
    return !response.ok && isText ? await response.text() : "";
  } catch {
    return "";
  }
}
