const FADE = 0.008;

/**
 * Silences audio at an exact moment. A timer of the page comes late while the page is busy, and the sound goes on
 * meanwhile; this moment is kept by the thread that plays the sound.
 *
 * Browsers without Web Audio, and those that do not start it, play past the gate: there the timer has to do.
 */
export class Gate {
  /** @type {HTMLAudioElement} */ #audio;
  /** @type {GainNode | null} */ #gain = null;
  #isPassed = false;

  /** @param {HTMLAudioElement} audio is heard only through the gate from its first sound on */
  constructor(audio) {
    this.#audio = audio;
  }

  /** Let the sound through. The first time, this has to be called when the reader has pressed something. */
  open() {
    this.#build();
    if (this.#gain === null) return;
    const { context, gain } = this.#gain;
    if (context instanceof AudioContext && context.state !== "running") context.resume();
    gain.cancelScheduledValues(0);
    gain.setValueAtTime(1, context.currentTime);
  }

  /** @param {number} seconds after which nothing is heard, until the gate is opened again */
  closeAfter(seconds) {
    if (this.#gain === null || seconds === Infinity) return;
    const { context, gain } = this.#gain;
    const end = context.currentTime + seconds;
    gain.cancelScheduledValues(0);
    gain.setValueAtTime(1, Math.max(context.currentTime, end - FADE));
    gain.linearRampToValueAtTime(0, end);
  }

  #build() {
    if (this.#gain !== null || this.#isPassed) return;
    try {
      playAsMedia();
      const context = new AudioContext();
      this.#gain = context.createGain();
      context.createMediaElementSource(this.#audio).connect(this.#gain).connect(context.destination);
    } catch {
      this.#gain = null;
      this.#isPassed = true;
    }
  }
}

/** Ask iOS to let the sound be heard although the telephone is silenced, as it does for any other audio element. */
function playAsMedia() {
  const session = Reflect.get(navigator, "audioSession");
  if (session) session.type = "playback";
}
