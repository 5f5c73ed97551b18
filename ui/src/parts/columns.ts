// Which columns a list has room for, and how wide they are. Pure.
//
// A column either holds words, which are cut where there is no room, or what is never cut (figures, amounts, dates, states): then it says what its cells
// hold, and is as wide as the widest text that has been on screen. So both languages, large numbers and every zoom hold without a width set by hand. It
// grows and does not shrink again while the list is there: nothing jumps to and fro while data flows.

import type { ReactNode } from "react";

export interface Column<T> {
  readonly id: string;
  readonly header: ReactNode;
  /** For words: a CSS grid track, `112px`, `minmax(160px, 2fr)`. They may be cut. */
  readonly width?: string;
  /** For what is never cut: the text of a cell. With a `width`, those among its words that are never cut; `null` for the others. */
  readonly holds?: (row: T) => string | null;
  /** Room for what stands beside that text (an icon, a mark), px. */
  readonly beside?: number;
  readonly align?: "start" | "end";
  /** Goes where there is no room for all, the highest first. Without it the column stays. */
  readonly spare?: number;
  /** Is there only while the column of this id is not. */
  readonly instead?: string;
  /** Is there only while the column of this id is. */
  readonly along?: string;
  /** Classes of the cell. */
  readonly className?: string;
  /** `above` is the row over it, where there is one. */
  readonly cell: (row: T, above: T | undefined) => ReactNode;
}

/** Around the text of a cell, and beside the first and the last one, px. */
const PADDING = 16;
const EDGE = 8;
/** What is left of words where even figures alone have hardly room, px. */
const SQUEEZED = 56;
/** Shares that add up to less than one would leave room to nobody. */
const SHARES = 10;
/** Characters of the longest code that somebody reads. */
const LONGEST = 40;
/** Texts kept of a column: the next to widest by our guess may be the widest in truth. */
const KEPT = 3;
/** A figure's width while nothing has been measured, px. */
const FIGURE = 7.8;

/** Of each column that holds something, the widest texts so far, one a line. */
export type Widest = Readonly<Record<string, string>>;
/** How wide they are, px. */
export type Widths = Readonly<Record<string, number>>;

/** How wide a text will be, in figures. A guess that is good enough to find the widest of many. */
export function weight(text: string): number {
  let sum = 0;
  for (const char of text) sum += /[.,:;' \u2009\u00a0\u202f|il]/.test(char) ? 0.5 : char > "\u2e7f" ? 1.65 : /[mwMW]/.test(char) ? 1.4 : 1;
  return sum;
}

/** The widest of some texts, by the same guess. */
export function heaviest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (weight(text) > weight(most) ? text : most), "");
}

/** `widest` with the texts of `rows`; the same object where none is wider. */
export function widened<T>(widest: Widest, columns: readonly Column<T>[], rows: readonly T[]): Widest {
  let next: Record<string, string> | null = null;
  for (const { id, holds } of columns) {
    if (holds === undefined) continue;
    const before = widest[id];
    const known = before === undefined ? [] : before.split("\n");
    const least = known.length < KEPT ? 0 : Math.min(...known.map(weight));
    const found = new Set(known);
    for (const row of rows) {
      const text = holds(row);
      if (text !== null && text !== "" && weight(text) > least) found.add(text);
    }
    if (found.size === known.length && before !== undefined) continue;
    const kept = [...found].sort((a, b) => weight(b) - weight(a)).slice(0, KEPT).join("\n");
    if (kept !== before) next = { ...(next ?? widest), [id]: kept };
  }
  return next ?? widest;
}

/** A number or a code, which is of no use in part: `text` where it is one, and none of the lengths that only machines read. */
export function codeIn(text: string | null | undefined): string | null {
  return typeof text === "string" && text.length <= LONGEST && /^\S*\d\S*$/.test(text) ? text : null;
}

/** Whether a column holds nothing but what is never cut. */
export const isExact = <T>({ holds, width }: Column<T>): boolean => holds !== undefined && width === undefined;

/** A track of words in two: how much it needs, and how much it takes. */
function words(width = "minmax(0px, 1fr)"): { least: number; most: string } {
  const [, least, most] = /^minmax\((\d+)px,\s*(.+)\)$/.exec(width) ?? [undefined, /^(\d+)px$/.exec(width)?.[1] ?? "0", width];
  return { least: Number(least), most: (most ?? width).replace(/^[\d.]+(?=fr$)/, (share) => String(Number(share) * SHARES)) };
}

export interface Fit<T> {
  readonly shown: readonly Column<T>[];
  /** `grid-template-columns`. */
  readonly template: string;
  /** Where not even that has room: how wide it has to be to be scrolled, px. */
  readonly over: number | null;
}

/** The columns that have room in `room` px. */
export function fitted<T>(columns: readonly Column<T>[], widest: Widest, widths: Widths, room: number): Fit<T> {
  const text = (id: string) => widths[id] || Math.max(0, ...(widest[id] ?? "").split("\n").map(weight)) * FIGURE;
  const exact = (column: Column<T>, i: number, last: number) => Math.ceil(text(column.id)) + (column.beside ?? 0) + PADDING + (i === 0 ? EDGE : 0) + (i === last ? EDGE : 0);
  const needs = (all: readonly Column<T>[], squeezed = false) =>
    all.map((column, i) => {
      if (isExact(column)) return exact(column, i, all.length - 1);
      const least = squeezed ? Math.min(words(column.width).least, SQUEEZED) : words(column.width).least;
      return column.holds === undefined || text(column.id) === 0 ? least : Math.max(least, exact(column, i, all.length - 1));
    });
  const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0);

  const gone = new Set<string>();
  const left = () => columns.filter(({ id, instead, along }) => !gone.has(id) && (instead === undefined || gone.has(instead)) && (along === undefined || !gone.has(along)));
  for (const { id } of columns.filter(({ spare }) => spare !== undefined).sort((a, b) => (b.spare ?? 0) - (a.spare ?? 0))) {
    if (sum(needs(left())) <= room) break;
    gone.add(id);
  }
  const shown = left();
  const squeezed = sum(needs(shown)) > room;
  const need = needs(shown, squeezed);
  const template = shown.map((column, i) => (isExact(column) ? `${need[i]}px` : `minmax(${need[i]}px, ${words(column.width).most})`)).join(" ");
  return { shown, template, over: sum(need) > room ? sum(need) : null };
}
