// The one gate to the terminal: text goes through `printable`, is cut to the width, then coloured.
// What servers and files contain must never move the cursor, change colours or reorder a line.
// Invariant: a drawn line never takes more columns than it was given.

import { stripVTControlCharacters, styleText } from 'node:util';

/** A style of node:util's `styleText`. */
export type Style = Parameters<typeof styleText>[0];

/** A piece of a line: plain, or in a style. */
export type Segment = string | readonly [style: Style, text: string];

/** How wide a line may be, and whether escape codes may be drawn. */
export interface Canvas {
  readonly columns: number;
  /** False for NO_COLOR and for what is not a terminal; the caller decides. */
  readonly color: boolean;
}

/** Without escape codes; control, format (bidirectional, zero width) and unpaired characters become a space. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Columns that a printable text takes at most: a character that may be wide counts as two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** The text, cut with `…` if it takes more than `columns`. */
export function cutText(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let cut = '';
  let room = columns - 1;
  for (const character of text) {
    room -= columnsOfCharacter(character);
    if (room < 0) break;
    cut += character;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/** Draws one line: printable, no wider than the canvas, coloured if it may be. */
export function drawLine(segments: readonly Segment[], { columns, color }: Canvas): string {
  let line = '';
  let room = columns;
  let left = segments.reduce((sum, segment) => sum + columnsOf(printable(textOf(segment))), 0);
  for (const segment of segments) {
    const text = printable(textOf(segment));
    const width = columnsOf(text);
    // Room for the `…` is kept as long as something behind this segment will not fit.
    const fits = left <= room || width < room;
    const shown = fits ? text : cutText(`${text}  `, room);
    line += color && typeof segment !== 'string' ? paint(segment[0], shown) : shown;
    if (!fits) break;
    room -= width;
    left -= width;
  }
  return line;
}

/**
 * As many of the parts as fit into the columns, two spaces between them: a number is left out whole, since a
 * number that was cut would be a wrong one. The first part is always there.
 */
export function joinFitting(parts: readonly Segment[], columns: number): Segment[] {
  const joined: Segment[] = [];
  let room = columns;
  for (const part of parts) {
    room -= columnsOf(printable(textOf(part))) + (joined.length === 0 ? 0 : 2);
    if (room < 0 && joined.length > 0) break;
    if (joined.length > 0) joined.push('  ');
    joined.push(part);
  }
  return joined;
}

function textOf(segment: Segment): string {
  return typeof segment === 'string' ? segment : segment[1];
}

function paint(style: Style, text: string): string {
  return text === '' ? '' : styleText(style, text, { validateStream: false });
}

/** Latin, and the punctuation, arrows and blocks that we draw ourselves, take one column. */
function columnsOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x300 || (code >= 0x2010 && code <= 0x25ff) ? 1 : 2;
}
