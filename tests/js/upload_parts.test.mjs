import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { ChosenFiles } from "../../chat/static/chat/js/uploads/chosen_files.js";
import { digest } from "../../chat/static/chat/js/uploads/digest.js";
import { FileLost, Hasher } from "../../chat/static/chat/js/uploads/hasher.js";
import { Lanes } from "../../chat/static/chat/js/uploads/lanes.js";
import { Pace } from "../../chat/static/chat/js/uploads/pace.js";
import { kindOf, pairs } from "../../chat/static/chat/js/uploads/pairs.js";
import { progressInWords, sizeInWords, timeLeftInWords } from "../../chat/static/chat/js/uploads/progress_words.js";
import { Routes } from "../../chat/static/chat/js/uploads/routes.js";
import { send } from "../../chat/static/chat/js/uploads/sending.js";
import { Sha256 } from "../../chat/static/chat/js/uploads/sha256.js";
import { FakeClock } from "./fake_clock.mjs";
import { fileOf, settle } from "./fake_uploads.mjs";

const ENDINGS = { transcript: [".vtt", ".srt", ".json", ".txt"], audio: [".mp3", ".wav"] };
const MB = 1024 * 1024;

function named(...paths) {
  return paths.map((path) => ({ file: fileOf(path, 5), name: path.split("/").at(-1), size: 5, path, handle: null }));
}

function paired(...paths) {
  return pairs(named(...paths), ENDINGS).map((files) => files.map(({ path }) => path));
}

test("the digests are those of the standard", () => {
  const vectors = {
    "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    [`${"a".repeat(1_000_000)}`]: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  };

  for (const [text, expected] of Object.entries(vectors)) {
    assert.equal(new Sha256().update(new TextEncoder().encode(text)).hex(), expected);
  }
});

test("a digest is the same however the bytes are cut, at every length around a block", () => {
  for (let length = 0; length <= 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) % 256);
    const expected = createHash("sha256").update(bytes).digest("hex");
    for (const cut of [1, 7, 63, 64, 65]) {
      const hash = new Sha256();
      for (let at = 0; at < length; at += cut) hash.update(bytes.subarray(at, at + cut));
      assert.equal(hash.hex(), expected, `${length} bytes in pieces of ${cut}`);
    }
  }
});

test("a file of many pieces is read one after the other", async () => {
  const file = new Blob([new Uint8Array(9 * MB).fill(3)]);
  const reads = [];

  const sha256 = await digest(file, (read) => reads.push(read / MB));

  assert.deepEqual(reads, [4, 8, 9]);
  assert.equal(sha256, createHash("sha256").update(new Uint8Array(9 * MB).fill(3)).digest("hex"));
});

class FakeWorker extends EventTarget {
  posted = [];
  isOver = false;

  postMessage(message) {
    this.posted.push(message);
  }

  report(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  terminate() {
    this.isOver = true;
  }
}

test("digests come from one worker, by the file that they are of", async () => {
  const worker = new FakeWorker();
  const hasher = new Hasher(() => worker);
  const reads = [];
  const options = { onProgress: (read) => reads.push(read), signal: new AbortController().signal };
  const both = [hasher.hash(fileOf("a", 5), options), hasher.hash(fileOf("b", 5), options)];

  worker.report({ id: 2, sha256: "second" });
  worker.report({ id: 1, read: 3 });
  worker.report({ id: 1, sha256: "first" });

  assert.deepEqual([await Promise.all(both), reads], [["first", "second"], [3]]);
  const lost = hasher.hash(fileOf("c", 5), options);
  worker.report({ id: 3, isLost: true });
  await assert.rejects(lost, FileLost);
});

test("without a worker there is no digest, and a cancelled one stops the worker", async () => {
  const options = { onProgress() {}, signal: new AbortController().signal };
  const forbidden = new Hasher(() => {
    throw new Error("forbidden");
  });
  assert.equal(await forbidden.hash(fileOf("a", 5), options), null);

  const worker = new FakeWorker();
  const stop = new AbortController();
  const hash = new Hasher(() => worker).hash(fileOf("a", 5), { ...options, signal: stop.signal });
  stop.abort();

  await assert.rejects(hash, { name: "AbortError" });
  assert.equal(worker.isOver, true);
});

test("a transcript and an audio of the same name are one recording", () => {
  assert.deepEqual(paired("a.mp3", "b.vtt", "a.VTT"), [["b.vtt"], ["a.VTT", "a.mp3"]]);
  assert.deepEqual(paired("Talk.srt", "talk.wav"), [["Talk.srt", "talk.wav"]]);
  assert.deepEqual(paired("a.wav.json", "a.wav"), [["a.wav.json", "a.wav"]]);
  assert.deepEqual(paired("a.de.srt", "a.mp3"), [["a.de.srt", "a.mp3"]]);
});

test("an audio has one partner, in its own folder", () => {
  assert.deepEqual(paired("a.vtt", "a.txt", "a.mp3"), [["a.vtt", "a.mp3"], ["a.txt"]]);
  assert.deepEqual(paired("monday/talk.vtt", "friday/talk.mp3"), [["monday/talk.vtt"], ["friday/talk.mp3"]]);
});

test("the ending says what a file is", () => {
  const kinds = ["a.VTT", "a.b.mp3", "a.png", "vtt", ".vtt"].map((name) => kindOf(name, ENDINGS));

  assert.deepEqual(kinds, ["transcript", "audio", null, null, null]);
});

test("what cannot be sent is said when it is chosen, and stays when the rest is sent", () => {
  const chosen = new ChosenFiles({ endings: ENDINGS, most: 10 });
  const [good, wrong] = named("a.vtt", "a.png");
  const empty = { ...named("b.vtt")[0], size: 0 };
  const large = { ...named("c.mp3")[0], size: 11 };
  chosen.add([good, wrong, empty, large, good]);

  const errors = chosen.recordings.map(({ error }) => error);
  assert.deepEqual(errors.map((error) => error.split(" ").at(-1)), ["", "knows.", "empty.", "bytes."]);
  assert.deepEqual(chosen.take(), [[good]]);
  assert.equal(chosen.recordings.length, 3);
});

test("of a folder only what the site takes is chosen, and the others are counted", () => {
  const chosen = new ChosenFiles({ endings: ENDINGS, most: 10 });

  chosen.add(named("calls/a.vtt", "calls/cover.png", "calls/.a.vtt", "/calls/deep/b.mp3"));

  assert.deepEqual(chosen.recordings.map(({ files }) => files[0].name), ["a.vtt", "b.mp3"]);
  assert.equal(chosen.leftOut, 2);
});

test("sizes, speeds and times are said in words", () => {
  const sizes = [0, 1, 1023, 1536, 12 * MB, 2048 * MB].map(sizeInWords);
  const [sent, size] = [12 * MB, 400 * MB];

  assert.deepEqual(sizes, ["0 bytes", "1 byte", "1023 bytes", "1.5 KB", "12 MB", "2.0 GB"]);
  assert.deepEqual([2, 31, 75, 125, 3_400, 9_000].map(timeLeftInWords), [
    "a few seconds left",
    "about 40 seconds left",
    "about 1 minute left",
    "about 2 minutes left",
    "about 1 hour left",
    "about 2.5 hours left",
  ]);
  const whole = "12 MB of 400 MB · 5.0 MB a second · about 1 minute left";
  assert.equal(progressInWords({ sent, size, speed: 5 * MB }), whole);
  assert.equal(progressInWords({ sent, size, speed: null }), "12 MB of 400 MB");
});

test("the speed is that of the last seconds, and unknown at first and after a pause", () => {
  const clock = new FakeClock();
  const pace = new Pace(clock);
  pace.add(0);
  assert.equal(pace.speed, null);
  for (let second = 0; second < 30; second += 1) {
    clock.advance(1_000);
    pace.add(second < 15 ? 100 : 10);
  }
  assert.equal(pace.speed, 10);

  pace.forget();

  assert.equal(pace.speed, null);
});

test("a lane is free again when its task has ended or failed, and a cancelled task does not wait", async () => {
  const [lanes, stop] = [new Lanes(1), new AbortController()];
  const { signal } = new AbortController();
  const began = [];
  const first = lanes.run(() => new Promise((_, reject) => began.push(reject)), signal);
  const waiting = lanes.run(async () => began.push("cancelled"), stop.signal);
  const second = lanes.run(async () => began.push("second"), signal);
  stop.abort();
  await assert.rejects(waiting, { name: "AbortError" });

  began[0](new Error("failed"));
  await assert.rejects(first, /failed/u);
  await second;
  await settle();

  assert.deepEqual(began.slice(1), ["second"]);
});

class FakeRequest extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseText = "";
  responseURL = "";

  open() {}

  setRequestHeader() {}

  send() {
    FakeRequest.last = this;
  }

  abort() {
    this.dispatchEvent(new Event("loadend"));
  }
}

test("a request fails when nothing moves for long, but the answer to a sent piece may take minutes", async () => {
  globalThis.XMLHttpRequest = FakeRequest;
  const clock = new FakeClock();
  const parts = [];
  const request = { method: "PUT", address: "/", headers: {}, body: "x", onProgress: (sent) => parts.push(sent) };
  const [silent, slow] = [send(request, clock), send(request, clock)];
  for (let step = 1; step <= 3; step += 1) {
    clock.advance(40_000);
    FakeRequest.last.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded: step }));
  }
  assert.equal((await silent).status, 0);

  FakeRequest.last.upload.dispatchEvent(new Event("load"));
  clock.advance(5 * 60_000);
  Object.assign(FakeRequest.last, { status: 200, responseText: "{}", responseURL: "https://chat.example/recordings/" });
  FakeRequest.last.dispatchEvent(new Event("loadend"));

  assert.deepEqual(await slow, { status: 200, text: "{}", path: "/recordings/" });
  assert.deepEqual(parts, [1, 2, 3]);
});

test("after a new sign-in in another tab a request goes on with the token of then, once", async () => {
  const tokens = [];
  const page = { status: 200, text: '<input name="csrfmiddlewaretoken" value="new">', path: "/recordings/upload/" };
  const send = async ({ method, headers }) => {
    if (method === "GET") return page;
    tokens.push(headers["X-CSRFToken"]);
    return { status: headers["X-CSRFToken"] === "new" ? 204 : 403, text: "<html>", path: "/recordings/upload/u" };
  };
  const routes = new Routes({ token: "old", send });

  assert.equal((await routes.discard("u")).status, 204);
  page.text = '<input name="csrfmiddlewaretoken" value="other">';
  const refusing = new Routes({ token: "old", send });
  assert.equal((await refusing.discard("u")).status, 403);

  assert.deepEqual(tokens, ["old", "new", "old", "other"]);
});

test("requests carry the token, and answers are sentences, pages of the sign-in and broken text", async () => {
  const requests = [];
  const replies = [
    { status: 400, text: '{"error": "No such day."}', path: "/recordings/upload/" },
    { status: 405, text: "<html>", path: "/accounts/login/" },
    { status: 502, text: "<html>", path: "/recordings/upload/" },
    { status: 409, text: '{"received": 8}', path: "/recordings/upload/u/0" },
  ];
  const send = async (request) => requests.push(request) && replies.shift();
  const routes = new Routes({ token: "t", send });

  assert.deepEqual(await routes.begin({ files: [] }), { status: 400, body: null, error: "No such day." });
  assert.deepEqual(await routes.open(), { status: 401, body: null, error: "" });
  assert.deepEqual(await routes.jobs(), { status: 502, body: null, error: "" });
  assert.equal((await routes.put("u", 0, new Blob(["x"]), {})).body.received, 8);
  assert.deepEqual(requests.map(({ headers }) => headers["X-CSRFToken"]), ["t", "t", "t", "t"]);
  assert.equal(requests[3].headers["Content-Type"], "application/octet-stream");
});
