/**
 * The commands and events of the WebSocket, with the keys that docs/protocol.md describes.
 *
 * @import { WireLimits } from "../asking/limits.js"
 * @import { TurnState } from "../turns/turn_state.js"
 *
 * @typedef {{type: "ask", request_id: string, conversation: string | null, question: string, recordings: string[],
 *   limits?: WireLimits, retry_of?: string | null}} Ask
 * @typedef {{type: "follow", turn: string, after: number}} Follow
 * @typedef {{type: "ack", turn: string, seq: number}} Ack
 * @typedef {{type: "stop", turn: string, seen: number}} Stop
 * @typedef {{type: "ping"}} Ping
 * @typedef {Ask | Follow | Ack | Stop | Ping} Command
 *
 * @typedef {{type: "accepted", request_id: string, conversation: string, turn: string, state: TurnState,
 *   position: number | null}} Accepted
 * @typedef {{type: "queued", turn: string, position: number}} Queued
 * @typedef {{type: "started", turn: string}} Started
 * @typedef {{type: "phase", turn: string, phase: string}} Phase
 * @typedef {{type: "token", turn: string, after: number, seq: number, content: string}} Token
 * @typedef {{number: number, recording_id: string | null, recording_title: string, excerpt: string, speaker: string,
 *   start: number | null, end: number | null, hidden: boolean}} Citation
 * @typedef {{type: "citations", turn: string, citations: Citation[], given?: Citation[]}} Citations
 * @typedef {{type: "done", turn: string, seq: number, state: TurnState, html?: string}} Done
 * @typedef {{type: "error", code: string, message: string, retryable: boolean, request_id?: string, turn?: string,
 *   seq?: number, html?: string}} ErrorReport
 * @typedef {{type: "reviewed", turn: string, labels: string, reads: string}} Reviewed
 * @typedef {{type: "budget", left: string}} Budget
 * @typedef {{type: "restart", retry_after_ms: number}} Restart
 * @typedef {{type: "pong"}} Pong
 * @typedef {Accepted | Queued | Started | Phase | Token | Citations | Done | ErrorReport | Reviewed | Budget |
 *   Restart | Pong} ServerEvent
 */

export {};
