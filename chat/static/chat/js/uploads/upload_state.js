/** The states of a recording that is uploaded. */
export const UploadState = Object.freeze({
  /** It was broken off, and somebody has to choose its file again. */
  UNFINISHED: "unfinished",
  QUEUED: "queued",
  READING: "reading",
  SENDING: "sending",
  /** The site has all of it, and makes a recording of it. */
  PROCESSING: "processing",
  READY: "ready",
  /** The site had it before. */
  KNOWN: "known",
  FAILED: "failed",
  CANCELLED: "cancelled",
});

/** @typedef {typeof UploadState[keyof typeof UploadState]} State */

/** The states in which leaving the page breaks it off. @type {readonly State[]} */
export const RUNNING = [UploadState.QUEUED, UploadState.READING, UploadState.SENDING];
