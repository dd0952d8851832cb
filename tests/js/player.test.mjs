import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Player } from "../../chat/static/chat/js/player/player.js";
import { FakeClock } from "./fake_clock.mjs";

/** An audio element that plays only when the test says so. */
class FakeAudio extends EventTarget {
  currentTime = 0;
  playbackRate = 1;
  paused = true;
  ended = false;
  error = null;
  sources = [];

  getAttribute() {
    return null;
  }

  set src(address) {
    this.sources.push(address);
    this.error = null;
  }

  async play() {
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }

  moveTo(time, event) {
    this.currentTime = time;
    this.dispatchEvent(new Event(event));
  }
}

let audio, clock, player;

beforeEach(() => {
  audio = new FakeAudio();
  clock = new FakeClock();
  player = new Player({ audio, clock });
});

test("a span stops at its end, also between two reports of the time", async () => {
  await player.play(10, 12, "/a");
  audio.moveTo(11.75, "timeupdate");
  assert.equal(player.state, "playing");

  audio.currentTime = 12;
  clock.advance(250);

  assert.equal(audio.paused, true);
  assert.equal(player.state, "silent");
});

test("what was paused goes on, and what has ended begins again", async () => {
  await player.play(10, 12, "/a");
  audio.moveTo(11, "timeupdate");
  player.pause();
  await player.resume();
  assert.equal(audio.currentTime, 11);

  audio.moveTo(12, "timeupdate");
  await player.resume();
  assert.equal(audio.currentTime, 10);
});

test("the audio of a recording is loaded once, and again after an error", async () => {
  await player.play(1, 2, "/a");
  await player.play(5, 6, "/a");
  await player.play(1, 2, "/b");
  assert.deepEqual(audio.sources, ["/a", "/b"]);

  audio.error = {};
  await player.resume();
  assert.deepEqual(audio.sources, ["/a", "/b", "/b"]);
});

test("a reader who leaves the span hears on", async () => {
  await player.play(10, 12, "/a");

  audio.moveTo(40, "seeking");
  audio.moveTo(41, "timeupdate");

  assert.equal(player.span, null);
  assert.equal(audio.paused, false);
});

test("audio that cannot be played is a failure, an interrupted call is none", async () => {
  audio.play = () => Promise.reject(new DOMException("", "AbortError"));
  await player.play(1, 2, "/a");
  assert.equal(player.state, "loading");

  audio.play = () => Promise.reject(new DOMException("", "NotSupportedError"));
  await player.play(1, 2, "/a");
  assert.equal(player.state, "failed");
});

test("the position moves by seconds, but not before the start", () => {
  audio.currentTime = 12;
  player.skip(-5);
  assert.equal(audio.currentTime, 7);

  audio.currentTime = 3;
  player.skip(-5);
  assert.equal(audio.currentTime, 0);
});

test("the speed also holds for what is loaded next", () => {
  player.speed = 1.5;

  assert.deepEqual([player.speed, audio.playbackRate, audio.defaultPlaybackRate], [1.5, 1.5, 1.5]);
});

test("a player without a span goes on at its position", async () => {
  audio.currentTime = 20;

  await player.toggle();
  assert.deepEqual([player.state, audio.currentTime, player.span], ["playing", 20, null]);

  await player.toggle();
  assert.equal(audio.paused, true);
});
