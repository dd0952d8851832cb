import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Upload } from "../../chat/static/chat/js/uploads/upload.js";
import { UploadQueue } from "../../chat/static/chat/js/uploads/upload_queue.js";
import { totalsInWords, uploadInWords } from "../../chat/static/chat/js/uploads/upload_words.js";
import { DETAILS, FakeSite, fileOf, meansOf, partOf, settle } from "./fake_uploads.mjs";

let means, site, states;

function uploadOf(files, { details = DETAILS, piece, parts = files.map(partOf), queue } = {}) {
  const onChange = (upload, before) => upload.state !== before && states.push(upload.state);
  const upload = new Upload({ parts, details, means, onChange, piece, twinOf: (each) => queue?.twinOf(each) });
  queue?.add(upload);
  return upload;
}

function broken(received, file, sha256 = "") {
  site.files.set("u1", { uuid: "u1", name: file.name, size: file.size, received, bytes: [], state: "open", sha256 });
  const part = { file: null, handle: null, name: file.name, size: file.size, sha256, uuid: "u1", sent: received };
  return uploadOf([], { parts: [part], details: null, piece: 10 });
}

beforeEach(() => {
  site = new FakeSite();
  means = meansOf(site);
  states = [];
});

test("a file is read, sent in pieces, and handed to the site", async () => {
  const upload = uploadOf([fileOf("talk.mp3", 25)]);

  await upload.run();

  assert.deepEqual(states, ["reading", "sending", "processing"]);
  assert.deepEqual(site.puts, [0, 10, 20]);
  assert.deepEqual(site.files.get("u1").bytes, [...Array(25).keys()]);
  assert.equal(site.batches[0].files[0].sha256.length, 64);
  assert.deepEqual([upload.sent, upload.size], [25, 25]);
});

test("a transcript and its audio are one batch, and the transcript goes without its digest", async () => {
  await uploadOf([fileOf("talk.vtt", 5), fileOf("talk.mp3", 12)]).run();

  const [{ files }] = site.batches;
  assert.deepEqual(files.map(({ name }) => name), ["talk.vtt", "talk.mp3"]);
  assert.deepEqual(files.map(({ sha256 }) => sha256.length), [0, 64]);
  assert.deepEqual([...site.files.values()].map(({ received }) => received), [5, 12]);
});

test("without a network an upload waits, says so, and goes on where it was when the network is back", async () => {
  const upload = uploadOf([fileOf("talk.mp3", 25)]);
  site.isAway = true;
  const run = upload.run();
  await settle();
  assert.match(uploadInWords(upload, null), /The network is away/u);

  means.clock.advance(60_000);
  await settle();
  site.isAway = false;
  means.network.dispatchEvent(new Event("online"));
  await run;

  assert.equal(upload.state, "processing");
  assert.equal(upload.waitsFor, null);
  assert.equal(site.files.get("u1").bytes.length, 25);
});

test("a piece that arrived without its answer is not sent twice", async () => {
  const put = site.put.bind(site);
  let isLost = true;
  site.put = async (...piece) => {
    const reply = await put(...piece);
    if (!isLost) return reply;
    isLost = false;
    return { status: 0, body: null, error: "" };
  };
  const run = uploadOf([fileOf("talk.mp3", 25)]).run();
  await settle();
  means.clock.advance(1_000);
  await run;

  assert.deepEqual(site.puts, [0, 0, 10, 20]);
  assert.deepEqual(site.files.get("u1").bytes, [...Array(25).keys()]);
});

test("after a reload the same file goes on where it was broken off", async () => {
  const file = fileOf("talk.mp3", 25);
  const upload = broken(20, file, await means.hasher.hash(file, { onProgress() {} }));
  const queue = new UploadQueue({ routes: site });
  queue.add(upload);
  assert.match(uploadInWords(upload, null), /80 % of it has arrived\. Choose “talk\.mp3” again/u);

  assert.deepEqual(queue.unfinished([fileOf("talk.mp3", 24)]), []);
  assert.deepEqual(queue.unfinished([file]), [upload]);
  await upload.resume([{ file, name: file.name, size: file.size, path: file.name, handle: null }]);

  assert.deepEqual(site.puts, [20]);
  assert.equal(upload.state, "processing");
});

test("after a reload both files of a recording go on when they are chosen together", () => {
  const [transcript, audio] = [fileOf("talk.vtt", 15), fileOf("talk.mp3", 25)];
  const queue = new UploadQueue({ routes: site });
  const uploads = [audio, transcript].map((file) => broken(10, file));
  for (const upload of uploads) queue.add(upload);

  assert.deepEqual(queue.unfinished([transcript, audio]), uploads.toReversed());
});

test("another file of the same name and size is refused, and the right one can still be chosen", async () => {
  const [file, other] = [fileOf("talk.mp3", 25), fileOf("talk.mp3", 25, 7)];
  const upload = broken(20, file, await means.hasher.hash(file, { onProgress() {} }));

  await upload.resume([{ file: other, name: other.name, size: other.size, path: other.name, handle: null }]);

  assert.match(upload.reason, /not the file that was begun/u);
  assert.deepEqual([upload.needsFile, upload.mayGoOn, site.puts.length], [true, true, 0]);
  await upload.resume([{ file, name: file.name, size: file.size, path: file.name, handle: null }]);
  assert.equal(upload.state, "processing");
});

test("the last piece is sent again if the site has all but has made no file of them", async () => {
  const file = fileOf("talk.mp3", 25);
  const upload = broken(25, file);

  await upload.resume([{ file, name: file.name, size: file.size, path: file.name, handle: null }]);

  assert.deepEqual(site.puts, [20]);
});

test("a recording that the site has already is not sent", async () => {
  site.says = () => ({ state: "duplicate", duplicate: { title: "Talk", url: "/recordings/1/" } });
  const upload = uploadOf([fileOf("talk.vtt", 25)]);

  await upload.run();

  assert.equal(upload.state, "known");
  assert.equal(uploadInWords(upload, null), "It is here already as “Talk”.");
  assert.deepEqual(site.puts, []);
});

test("of two equal files one is sent, and the other says that it is the same", async () => {
  const queue = new UploadQueue({ routes: site });
  const equal = (name) => uploadOf([fileOf(name, 25)], { queue });
  const [first, second] = [equal("talk.mp3"), equal("copy.mp3")];
  const other = uploadOf([fileOf("other.mp3", 25, 7)], { queue });

  await Promise.all([first.run(), second.run(), other.run()]);

  assert.deepEqual([first.state, second.state, other.state], ["processing", "known", "processing"]);
  assert.equal(uploadInWords(second, null), "This is the same as “talk”, which you are adding, too.");
  assert.deepEqual([site.batches.length, queue.totals.count], [2, 2]);
});

test("a file is sent although an equal one was cancelled or has failed", async () => {
  const queue = new UploadQueue({ routes: site });
  site.dislikes = "The file is a picture.";
  await uploadOf([fileOf("talk.mp3", 25)], { queue }).run();
  site.dislikes = "";

  const second = uploadOf([fileOf("copy.mp3", 25)], { queue });
  await second.run();

  assert.equal(second.state, "processing");
});

test("what the site refuses is said in its words, with the file of a pair", async () => {
  site.says = ({ name }) => (name.endsWith("mp3") ? { error: "This is a picture." } : {});
  const upload = uploadOf([fileOf("talk.vtt", 5), fileOf("talk.mp3", 12)]);

  await upload.run();

  assert.deepEqual([upload.state, upload.reason], ["failed", "talk.mp3: This is a picture."]);
});

test("a file whose content the site refuses is not sent any further, nor tried again", async () => {
  site.dislikes = "The name ends in .mp3, but the file is a picture.";
  const upload = uploadOf([fileOf("talk.mp3", 25)]);

  await upload.run();

  assert.deepEqual([upload.state, upload.reason, upload.mayGoOn], ["failed", site.dislikes, false]);
  assert.deepEqual(site.puts, [0]);
});

test("a piece that is refused ends the upload, and Try again asks how much has arrived", async () => {
  site.refusals = [null, null, { status: 507, body: null, error: "There is no space." }];
  const upload = uploadOf([fileOf("talk.mp3", 25)]);
  await upload.run();
  assert.deepEqual([upload.state, upload.reason], ["failed", "There is no space."]);

  await upload.again();

  assert.equal(upload.state, "processing");
  assert.deepEqual([site.batches.length, means.hasher.count], [1, 1]);
  assert.deepEqual(site.files.get("u1").bytes, [...Array(25).keys()]);
});

test("a site that fails again and again is not asked for ever", async () => {
  site.refusals = Array(9).fill({ status: 500, body: null, error: "" });
  const upload = uploadOf([fileOf("talk.mp3", 25)]);
  const run = upload.run();
  for (let wait = 0; wait < 9; wait += 1) {
    await settle();
    means.clock.advance(60_000);
  }
  await run;

  assert.match(upload.reason, /Try again later: what was sent is kept/u);
});

test("who is signed out is told to sign in", async () => {
  site.refusals = [{ status: 401, body: null, error: "" }];
  const upload = uploadOf([fileOf("talk.mp3", 25)]);

  await upload.run();

  assert.match(upload.reason, /^You are signed out/u);
});

test("a file that cannot be read any more is not taken for a network that is away", async () => {
  const file = fileOf("talk.mp3", 25);
  file.slice = () => ({ size: 10, arrayBuffer: () => Promise.reject(new Error("gone")), slice: () => file.slice() });
  means.hasher.hash = async () => null;
  site.put = async () => ({ status: 0, body: null, error: "" });
  const upload = uploadOf([file]);

  await upload.run();

  assert.match(upload.reason, /moved, changed or deleted/u);
  assert.equal(upload.needsFile, true);
});

test("a cancelled upload is discarded, and lets the next one go", async () => {
  site.held = new Promise(() => {});
  const [first, second] = [uploadOf([fileOf("a.mp3", 25)]), uploadOf([fileOf("b.mp3", 25)])];
  const third = uploadOf([fileOf("c.mp3", 25)]);
  for (const upload of [first, second, third]) upload.run();
  await settle();
  assert.deepEqual([first.state, second.state, third.state], ["sending", "sending", "reading"]);

  site.held = undefined;
  await third.cancel();
  assert.equal(third.state, "cancelled");
  assert.equal(site.files.size, 2);
});

test("those that failed are counted beside those that have arrived", async () => {
  const queue = new UploadQueue({ routes: site });
  const [right, wrong] = [uploadOf([fileOf("talk.mp3", 5)]), uploadOf([fileOf("photo.mp3", 6)])];
  for (const upload of [right, wrong]) queue.add(upload);
  await right.run();
  site.dislikes = "The file is a picture.";
  await wrong.run();

  assert.equal(totalsInWords(queue.totals, null), "1 of 1 recording has arrived · 1 failed");
});

test("what turns out to be known when all of it has arrived is said, too", async () => {
  const put = site.put.bind(site);
  site.put = async (...piece) => {
    const reply = await put(...piece);
    Object.assign(site.files.get("u1"), { state: "duplicate", duplicate: { title: "Talk", url: "/recordings/1/" } });
    return reply;
  };
  const upload = uploadOf([fileOf("talk.vtt", 5)]);

  await upload.run();

  assert.deepEqual([upload.state, upload.known.title], ["known", "Talk"]);
});
