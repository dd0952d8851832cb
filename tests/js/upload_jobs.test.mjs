import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Upload } from "../../chat/static/chat/js/uploads/upload.js";
import { UploadQueue } from "../../chat/static/chat/js/uploads/upload_queue.js";
import { uploadInWords } from "../../chat/static/chat/js/uploads/upload_words.js";
import { DETAILS, FakeSite, fileOf, meansOf, partOf } from "./fake_uploads.mjs";

const KEPT = { progress: null, place: null, again: false, attachable: false, running: true, recording: null };
const JOB = { uuid: "j", title: "Talk", ...KEPT };

let means, site;

function uploadOf(file) {
  return new Upload({ parts: [partOf(file)], details: DETAILS, means, onChange() {} });
}

beforeEach(() => {
  site = new FakeSite();
  means = meansOf(site);
});

test("an upload follows its job until it is ready", async () => {
  const job = { ...JOB, state: "indexing", words: "Reading", progress: 0.4 };
  site.job = job;
  const upload = uploadOf(fileOf("talk.mp3", 25));
  const queue = new UploadQueue({ routes: site });
  queue.add(upload);
  await upload.run();
  assert.deepEqual([upload.state, uploadInWords(upload, null)], ["processing", "Reading"]);

  site.jobsNow = [{ ...job, state: "ready", words: "Ready.", recording: "/recordings/1/" }];
  await queue.refresh();

  assert.deepEqual([upload.state, upload.job.recording, upload.title], ["ready", "/recordings/1/", "Talk"]);
});

test("a job that failed says why, and runs again", async () => {
  site.job = { ...JOB, state: "failed", words: "Failed while transcribing: no speech.", again: true };
  const upload = uploadOf(fileOf("talk.mp3", 25));
  await upload.run();
  assert.deepEqual([upload.state, upload.reason], ["failed", "Failed while transcribing: no speech."]);

  await upload.again();

  assert.deepEqual([site.changes, upload.state], [[["again", "j"]], "processing"]);
});

test("a job that waits for somebody is not asked about again and again", async () => {
  site.job = { ...JOB, state: "waiting", words: "Waiting for a transcript", running: false };
  const upload = uploadOf(fileOf("talk.mp3", 25));
  const queue = new UploadQueue({ routes: site });
  queue.add(upload);
  await upload.run();
  site.jobs = () => assert.fail("asked");

  await queue.refresh();

  assert.equal(upload.state, "processing");
});

test("a job that waits for a transcript gets one, and says what is wrong with it", async () => {
  site.job = { ...JOB, state: "waiting", words: "Waiting for a transcript", attachable: true };
  const upload = uploadOf(fileOf("talk.mp3", 25));
  await upload.run();

  site.refusals = [{ status: 400, body: null, error: "This transcript cannot be read." }];
  await upload.attach(fileOf("talk.pdf", 5));
  assert.deepEqual([upload.state, upload.reason], ["failed", "This transcript cannot be read."]);
  await upload.attach(fileOf("talk.vtt", 5));

  assert.deepEqual([upload.state, upload.reason, upload.job.attachable], ["processing", "", false]);
  await upload.cancel();
  assert.deepEqual([upload.state, site.changes.at(-1)], ["cancelled", ["cancel", "j"]]);
});

test("a job of before is shown as it is", () => {
  const before = (job) => new Upload({ parts: [], job: { ...JOB, ...job }, means, onChange() {} });

  assert.equal(before({ state: "indexing", words: "Reading" }).state, "processing");
  assert.equal(before({ state: "failed", words: "Failed: no speech." }).reason, "Failed: no speech.");
});
