// Own thresholds of products as a table: written for a spreadsheet, and read back as what would change. Pure.

import type { Settings } from "@/bindings/Settings";
import type { StockRow } from "@/bindings/StockRow";
import { en } from "@/text/en";
import { zh } from "@/text/zh";
import { type Change, nameOf } from "./thresholds";
import { asText, decode, fromText, readTable, writeTable } from "./csv";

type Kept = Settings["product_thresholds"];
type Product = Pick<StockRow, "key" | "product_id" | "code" | "name">;

/** The columns, in their order; the words are `inventory.sheet.head`. */
const COLUMNS = ["id", "name", "warehouse", "onHand", "threshold"] as const;

/** All of `rows`, and those that have a threshold and are not among them. Without a threshold of its own the cell is empty. */
export function written(rows: readonly (Product & Pick<StockRow, "warehouse" | "on_hand">)[], kept: Kept, head: Readonly<Record<(typeof COLUMNS)[number], string>>): { readonly text: string; readonly lines: number } {
  const number = (value: number | null | undefined) => (value == null ? "" : String(value));
  const lines = rows.map((row) => {
    const name = nameOf(row, kept);
    return { name, cells: [asText(name), asText(row.name), asText(row.warehouse ?? ""), number(row.on_hand), number(kept[name])] };
  });
  const listed = new Set(lines.map(({ name }) => name));
  const others = Object.keys(kept).filter((name) => !listed.has(name));
  const body = [...lines.map(({ cells }) => cells), ...others.sort().map((name) => [asText(name), "", "", "", number(kept[name])])];
  return { text: writeTable([COLUMNS.map((column) => head[column]), ...body]), lines: body.length };
}

/** What one line changes: `null` is none of its own. */
export interface Step {
  readonly line: number;
  /** Under which name it is kept. */
  readonly name: string;
  /** As people read it. */
  readonly label: string;
  readonly from: number | null;
  readonly to: number | null;
  /** No product is called so that is listed. */
  readonly unseen: boolean;
}

/** Why a line is left out. */
export interface Fault {
  readonly line: number;
  readonly why: "short" | "noId" | "number" | "twice" | "open";
  /** What stands there. */
  readonly what: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Lines that say what holds already. */
  readonly same: number;
  readonly faults: readonly Fault[];
}

/** A plan, or why there is none: no text, nothing in it, or without the two columns that are needed. */
export type Reading = Plan | "noText" | "empty" | "noColumns";

export function read(bytes: Uint8Array, rows: readonly Product[], kept: Kept): Reading {
  const text = decode(bytes);
  if (text === null) return "noText";
  const { lines, open, separator } = readTable(text);
  const [head, ...body] = lines;
  if (head === undefined) return "empty";
  const [id, threshold] = [columnOf(head.cells, ID), columnOf(head.cells, THRESHOLD)];
  if (id < 0 || threshold < 0) return "noColumns";
  const known = finder(rows, kept);
  const said = new Map<string, number | null>();
  const [steps, faults]: [Step[], Fault[]] = [[], []];
  let same = 0;
  for (const { line, cells } of body) {
    const called = fromText(cells[id] ?? "");
    const cell = cells[threshold];
    const to = cell === undefined ? undefined : readNumber(cell, separator);
    const fault = (why: Fault["why"], what: string) => faults.push({ line, why, what });
    if (called === "") fault("noId", "");
    else if (cell === undefined) fault("short", called);
    else if (to === undefined) fault("number", cell.trim());
    else {
      const { name, label, unseen } = known(called);
      const from = kept[name] ?? null;
      const before = said.get(name);
      if (before !== undefined && before !== to) fault("twice", called);
      else if (before === undefined && from !== to) steps.push({ line, name, label, from, to, unseen });
      else same += 1;
      if (before === undefined) said.set(name, to);
    }
  }
  if (open !== null) faults.push({ line: open, why: "open", what: "" });
  return { steps, same, faults };
}

/** All of it as one change of the settings, and the one that puts back what was. */
export function changeOf(steps: readonly Step[]): Change {
  const put = (side: "from" | "to") => ({ product_thresholds: Object.fromEntries(steps.map((step) => [step.name, step[side]])) });
  return { patch: put("to"), undo: put("from") };
}

const plain = (text: string) => text.normalize("NFKC").trim().toLowerCase();
const ID = new Set([en, zh].map((words) => plain(words.inventory.sheet.head.id)).concat("product_id", "productid"));
const THRESHOLD = new Set([en, zh].map((words) => plain(words.inventory.sheet.head.threshold)).concat("threshold"));

function columnOf(cells: readonly string[], names: ReadonlySet<string>): number {
  return cells.findIndex((cell) => names.has(plain(cell)));
}

/** Nothing for an empty cell, undefined for what is no number or could be two. A table with semicolons is from where the comma is the decimal point. */
function readNumber(cell: string, separator: string): number | null | undefined {
  const text = plain(cell);
  if (text === "") return null;
  const comma = separator === ";";
  const clear = comma ? /^\d+(?:,\d+)?$|^\d+\.(?!\d{3}$)\d+$/u : /^\d+(?:\.\d+)?$|^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/u;
  if (!clear.test(text)) return undefined;
  const number = Number(comma ? text.replace(",", ".") : text.replaceAll(",", ""));
  return Number.isFinite(number) ? number : undefined;
}

/** A product by the name under which its threshold is kept, by its id, or by its code where only one has it. */
function finder(rows: readonly Product[], kept: Kept): (called: string) => Pick<Step, "name" | "label" | "unseen"> {
  const by = (of: (row: Product) => string | null) => {
    const found = new Map<string, Product[]>();
    for (const row of rows) {
      const name = of(row);
      if (name !== null) found.set(name, [...(found.get(name) ?? []), row]);
    }
    return found;
  };
  const [keys, ids, codes] = [by((row) => row.key), by((row) => row.product_id), by((row) => row.code)];
  return (called) => {
    const [keyed] = keys.get(called) ?? [];
    const [row, ...others] = ids.get(called) ?? [];
    if (keyed !== undefined || Object.hasOwn(kept, called)) return { name: called, label: (keyed ?? row)?.name ?? called, unseen: keyed === undefined && row === undefined };
    if (row !== undefined) return { name: others.length === 0 ? nameOf(row, kept) : called, label: row.name, unseen: false };
    const [coded, ...more] = codes.get(called) ?? [];
    if (coded !== undefined && more.length === 0) return { name: nameOf(coded, kept), label: coded.name, unseen: false };
    return { name: called, label: called, unseen: true };
  };
}
