/**
 * SHA-256 of bytes that come in pieces (FIPS 180-4). ``crypto.subtle`` takes all bytes at once, which a file of 2 GB is
 * too large for, and is missing on pages that come over plain HTTP, as in the network of an office.
 */

const BLOCK = 64;
const LENGTH_AT = 56;
const WORDS = 2 ** 32;

/** The first 32 bits of the fractions of the square roots (2) and the cube roots (3) of the first primes. */
const START = Uint32Array.from(fractions(8, 2));
const ROUNDS = Uint32Array.from(fractions(64, 3));

/** A digest that grows with each piece. */
export class Sha256 {
  #state = Uint32Array.from(START);
  #block = new Uint8Array(BLOCK);
  #schedule = new Uint32Array(BLOCK);
  #filled = 0;
  #length = 0;

  /** @param {Uint8Array} bytes @returns {this} */
  update(bytes) {
    this.#length += bytes.length;
    let at = this.#filled > 0 ? this.#fill(bytes) : 0;
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#compress(bytes, at);
    if (at < bytes.length) {
      this.#block.set(bytes.subarray(at));
      this.#filled = bytes.length - at;
    }
    return this;
  }

  /** End the digest. @returns {string} 64 hexadecimal digits */
  hex() {
    const bits = this.#length * 8;
    const padding = new Uint8Array(BLOCK * 2);
    padding[0] = 0x80;
    const length = (this.#filled < LENGTH_AT ? BLOCK : 2 * BLOCK) - this.#filled;
    const view = new DataView(padding.buffer);
    view.setUint32(length - 8, Math.floor(bits / WORDS));
    view.setUint32(length - 4, bits % WORDS);
    this.update(padding.subarray(0, length));
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  /** Complete the block that was begun, if the bytes suffice. @param {Uint8Array} bytes @returns {number} used */
  #fill(bytes) {
    const used = Math.min(BLOCK - this.#filled, bytes.length);
    this.#block.set(bytes.subarray(0, used), this.#filled);
    this.#filled += used;
    if (this.#filled === BLOCK) {
      this.#compress(this.#block, 0);
      this.#filled = 0;
    }
    return used;
  }

  /** @param {Uint8Array} bytes @param {number} at where a block of 64 begins */
  #compress(bytes, at) {
    const words = this.#schedule;
    for (let i = 0, from = at; i < 16; i += 1, from += 4) {
      words[i] = (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const early = words[i - 15];
      const late = words[i - 2];
      const low = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const high = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      words[i] = words[i - 16] + low + words[i - 7] + high;
    }
    this.#mix(words);
  }

  /** @param {Uint32Array} words the 64 of a block */
  #mix(words) {
    const state = this.#state;
    let a = state[0] | 0;
    let b = state[1] | 0;
    let c = state[2] | 0;
    let d = state[3] | 0;
    let e = state[4] | 0;
    let f = state[5] | 0;
    let g = state[6] | 0;
    let h = state[7] | 0;
    for (let i = 0; i < 64; i += 1) {
      const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + high + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/**
 * Yield the first 32 bits of the fractions of the roots of the first primes. A double has them with bits to
 * spare: the roots are below 18, which leaves 48 of its 53 bits for the fraction.
 * @param {number} count
 * @param {number} root 2 or 3
 */
function* fractions(count, root) {
  /** @type {number[]} */
  const primes = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.some((prime) => number % prime === 0)) continue;
    primes.push(number);
    const value = root === 2 ? Math.sqrt(number) : Math.cbrt(number);
    yield Math.floor((value % 1) * WORDS);
  }
}
