import { Sha256 } from "./sha256.js";

const PIECE = 4 * 1024 * 1024;

/**
 * Return the SHA-256 of a file, which is read in pieces.
 * @param {Blob} file
 * @param {(read: number) => void} onProgress gets the bytes that have been read
 * @returns {Promise<string>}
 * @throws {DOMException} if the file cannot be read (any more)
 */
export async function digest(file, onProgress) {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = file.slice(at, at + PIECE);
    hash.update(new Uint8Array(await piece.arrayBuffer()));
    onProgress(Math.min(at + PIECE, file.size));
  }
  return hash.hex();
}
