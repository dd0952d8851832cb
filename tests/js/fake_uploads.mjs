import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import { Lanes } from "../../chat/static/chat/js/uploads/lanes.js";
import { Retries } from "../../chat/static/chat/js/uploads/retries.js";
import { Transfer } from "../../chat/static/chat/js/uploads/transfer.js";
import { FakeClock } from "./fake_clock.mjs";

export const PIECE = 10;
export const DETAILS = { collection: "c", title: "", recorded_on: null, consent: null };

/** A site that takes files in pieces, as chat/uploads does; a test breaks its network. */
export class FakeSite {
  files = new Map();
  batches = [];
  jobsNow = [];
  puts = [];
  changes = [];
  refusals = [];
  isAway = false;

  async begin(batch) {
    const refusal = this.#refusal();
    if (refusal) return refusal;
    this.batches.push(batch);
    return ok({ batch: "b", piece: PIECE, files: batch.files.map((said) => shown(this.#file(said))) }, 201);
  }

  async put(uuid, offset, piece, { onProgress, signal }) {
    this.puts.push(offset);
    const file = this.files.get(uuid);
    const bytes = new Uint8Array(await piece.arrayBuffer());
    onProgress(Math.ceil(bytes.length / 2));
    await this.held;
    if (signal.aborted) return AWAY;
    const refusal = this.#refusal();
    if (refusal) return refusal;
    if (!file) return { status: 404, body: null, error: "There is no such upload." };
    if (offset !== file.received) return ok(shown(file), 409);
    if (this.dislikes) return ok(shown(Object.assign(file, { state: "refused", error: this.dislikes })));
    file.bytes.push(...bytes);
    file.received += bytes.length;
    if (file.received === file.size) file.state = "begun";
    return ok(shown(file));
  }

  async look(uuid) {
    const refusal = this.#refusal();
    if (refusal) return refusal;
    const file = this.files.get(uuid);
    return file ? ok({ ...shown(file), job: this.job ?? null }) : { status: 404, body: null, error: "" };
  }

  async discard(uuid) {
    this.files.delete(uuid);
    return ok({});
  }

  async jobs() {
    return ok({ jobs: this.jobsNow });
  }

  async again(uuid) {
    return this.#change("again", uuid);
  }

  async attach(uuid, { name }) {
    return this.#change(name, uuid);
  }

  async cancel(uuid) {
    this.changes.push(["cancel", uuid]);
    return { status: 204, body: null, error: "" };
  }

  #change(what, uuid) {
    this.changes.push([what, uuid]);
    return this.#refusal() ?? ok({ ...this.job, state: "indexing", again: false, attachable: false });
  }

  #refusal() {
    return this.isAway ? AWAY : (this.refusals.shift() ?? null);
  }

  #file({ name, size, sha256 }) {
    const uuid = `u${this.files.size + 1}`;
    const file = { uuid, name, size, sha256, received: 0, bytes: [], state: "open", duplicate: null, error: null };
    this.files.set(uuid, Object.assign(file, this.says?.(file)));
    return file;
  }
}

const AWAY = Object.freeze({ status: 0, body: null, error: "" });

function ok(body, status = 200) {
  return { status, body, error: "" };
}

function shown({ uuid, name, size, received, sha256, state, duplicate, error }) {
  return { uuid: duplicate || error ? null : uuid, name, size, received, sha256, state, duplicate, error };
}

/** A hasher without a worker. */
export class FakeHasher {
  count = 0;

  async hash(file, { onProgress }) {
    this.count += 1;
    onProgress(file.size);
    return createHash("sha256").update(new Uint8Array(await file.arrayBuffer())).digest("hex");
  }
}

/** Return what an upload needs, with a site that the test controls. */
export function meansOf(site) {
  const clock = new FakeClock();
  const network = new EventTarget();
  const retries = new Retries({ clock, network, random: () => 1 });
  const transfer = new Transfer({ routes: site, retries });
  const lanes = { reading: new Lanes(1), sending: new Lanes(2) };
  return { routes: site, hasher: new FakeHasher(), transfer, retries, ...lanes, clock, network };
}

/** Return a file with as many bytes, which begin with a number. */
export function fileOf(name, size, begin = 0) {
  return new File([Uint8Array.from({ length: size }, (_, at) => (begin + at) % 256)], name);
}

export function partOf(file) {
  return { file, handle: null, name: file.name, size: file.size, sha256: "", uuid: null, sent: 0 };
}

/** Let everything that is ready run. */
export async function settle() {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}
