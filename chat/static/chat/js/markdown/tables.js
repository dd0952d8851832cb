/** Tables, with and without pipes at the ends of their rows. */

import { trimmed } from "./blanks.js";

export const DELIMITERS = /^(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/u;
const PADDED = 20;
export const LONGEST_HEAD = 2_000;

/**
 * Return whether a line has a pipe between cells.
 * @param {string} line
 * @returns {boolean}
 */
export function isRow(line) {
  return line.replaceAll("\\|", "").includes("|");
}

/**
 * Return the texts of the cells of a row.
 * @param {string} line
 * @returns {string[]}
 */
export function cellsOf(line) {
  const row = trimmed(line).replaceAll("\\|", "\0").replace(/^\|/u, "").replace(/\|$/u, "");
  return row.split("|").map((cell) => trimmed(cell.replaceAll("\0", "|")));
}

/**
 * Return the alignment of each column, "" for none, if two lines are the head of a table; else null.
 * @param {string} header
 * @param {string} delimiters
 * @returns {string[] | null}
 */
export function alignments(header, delimiters) {
  if (header.length > LONGEST_HEAD || !isRow(header)) return null;
  if (!delimiters.includes("|") || !DELIMITERS.test(delimiters)) return null;
  const columns = cellsOf(delimiters);
  return columns.length === cellsOf(header).length ? columns.map(alignment) : null;
}

/**
 * Return the cells of a row, with empty ones for those that are missing.
 * @param {string[]} cells
 * @param {number} columns
 * @returns {string[]}
 */
export function filled(cells, columns) {
  const missing = Math.max(0, Math.min(columns, PADDED) - cells.length);
  return [...cells, ...Array.from({ length: missing }, () => "")];
}

/** @param {string} delimiter @returns {string} */
function alignment(delimiter) {
  const left = delimiter.startsWith(":");
  const right = delimiter.endsWith(":");
  if (left && right) return "center";
  if (right) return "right";
  return left ? "left" : "";
}
