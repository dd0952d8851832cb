/**
 * @typedef {"transcript" | "audio"} Kind
 * @typedef {{transcript: string[], audio: string[]}} Endings each with its dot, in lower case
 * @typedef {{name: string, size: number, path?: string}} Named
 */

/**
 * @param {string} name
 * @param {Endings} endings
 * @returns {Kind | null} null if the site takes no file with this ending
 */
export function kindOf(name, endings) {
  const ending = endingOf(name).toLowerCase();
  if (endings.transcript.includes(ending)) return "transcript";
  return endings.audio.includes(ending) ? "audio" : null;
}

/** @param {string} name @returns {string} without its ending */
export function stemOf(name) {
  return name.slice(0, name.length - endingOf(name).length);
}

/**
 * Return the files as recordings: a transcript and an audio of the same name in the same folder are one, as
 * chat/uploads/pairs.py has it. An audio has one partner; other transcripts, as in another format, stand alone.
 * @template {Named} T
 * @param {T[]} files
 * @param {Endings} endings
 * @returns {T[][]} of one or two files, the transcript first
 */
export function pairs(files, endings) {
  /** @type {Map<string, T>} */
  const audios = new Map();
  for (const file of files.toReversed()) {
    if (kindOf(file.name, endings) === "audio") audios.set(placeOf(file), file);
  }
  /** @type {Map<T, T>} */
  const partners = new Map();
  for (const file of files.filter(({ name }) => kindOf(name, endings) === "transcript")) {
    const place = audioPlaces(file, endings).find((each) => audios.has(each)) ?? "";
    const audio = audios.get(place);
    if (audio) partners.set(file, audio);
    audios.delete(place);
  }
  const paired = new Set(partners.values());
  const firsts = files.filter((file) => !paired.has(file));
  return firsts.map((file) => [file, partners.get(file)].filter((each) => each !== undefined));
}

/**
 * Return the places that audio of a transcript may have: for ``talk.vtt``, ``talk.wav.json`` and ``talk.de.srt``.
 * @param {Named} transcript
 * @param {Endings} endings
 * @returns {string[]}
 */
function audioPlaces(transcript, endings) {
  const stem = stemOf(placeOf(transcript));
  const stems = [...new Set([stem, stemOf(stem)])];
  const whole = endings.audio.includes(endingOf(stem)) ? [stem] : [];
  return [...whole, ...stems.flatMap((each) => endings.audio.map((ending) => each + ending))];
}

/** Return the folder and the name. @param {Named} file @returns {string} */
function placeOf({ name, path }) {
  return (path || name).toLowerCase().normalize();
}

/** @param {string} name @returns {string} with its dot; empty if it has none */
export function endingOf(name) {
  return /[^/]\.[^./]+$/u.exec(name)?.[0].slice(1) ?? "";
}
