// Tables as text, written so that Excel opens them as they are, and read as spreadsheets of any country write them. Pure.

/** UTF-8, says this to Excel; without it Chinese is read as something else. */
const MARK = "\uFEFF";
/** What begins a formula, or hides that the next character does. */
const FORMULA = /^[=+\-@\t\r]/u;
/** What a spreadsheet would take for a number or a date and write as another: leading zeros, more digits than it keeps, `3-4`, `1e5`. */
const MISTAKEN = /^(?:0\d+|\d{12,}|\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?|\d+e\d+)$/iu;

/** A code or a name: no formula, and no number either. */
export function asText(text: string): string {
  if (MISTAKEN.test(text)) return `="${text}"`;
  return FORMULA.test(text) ? `'${text}` : text;
}

/** What `asText` meant, as it was written or as a spreadsheet saved it anew. */
export function fromText(cell: string): string {
  const text = cell.trim();
  const formula = /^="([^"]*)"$/u.exec(text);
  if (formula?.[1] !== undefined) return formula[1];
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/** As in RFC 4180, with the mark. */
export function writeTable(rows: readonly (readonly string[])[]): string {
  const quoted = (cell: string) => (/[",\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return MARK + rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** The text of a file: by its mark, else UTF-8, else as Excel writes it in Chinese. Null where it is no text. */
export function decode(bytes: Uint8Array): string | null {
  const [a, b] = bytes;
  const marked = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : null;
  for (const encoding of marked === null ? ["utf-8", "gb18030"] : [marked]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // A workbook is no text, whatever it can be read as.
      return text.includes("\0") ? null : text;
    } catch {
      continue;
    }
  }
  return null;
}

export interface Line {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly separator: string;
  /** Those in which something stands. */
  readonly lines: readonly Line[];
  /** Where a quote begins that does not end. */
  readonly open: number | null;
}

const SEPARATORS = [",", ";", "\t"];

/** The separator is the one that its first line has most of; Excel may say it in a line of its own. */
export function readTable(text: string): Table {
  const bare = text.replace(/^\uFEFF/u, "");
  const told = /^sep=(.)\r?\n/u.exec(bare);
  const first = bare.slice(0, bare.search(/[\r\n]|$/u));
  const count = (separator: string) => first.split(separator).length;
  const separator = told?.[1] ?? SEPARATORS.reduce((best, each) => (count(each) > count(best) ? each : best));
  const start = told?.[0].length ?? 0;
  return { separator, ...split(bare.slice(start), separator, start > 0 ? 2 : 1) };
}

function split(text: string, separator: string, from: number): Pick<Table, "lines" | "open"> {
  const lines: Line[] = [];
  let [line, begun, cell, quoted, open] = [from, from, "", false, 0];
  let cells: string[] = [];
  const end = () => {
    cells.push(cell);
    if (cells.some((each) => each.trim() !== "")) lines.push({ line: begun, cells });
    [cells, cell] = [[], ""];
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    const brk = char === "\n" || (char === "\r" && text.charAt(i + 1) !== "\n");
    if (brk) line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(i + 1) === '"') [cell, i] = [`${cell}"`, i + 1];
      else quoted = false;
    } else if (char === '"' && cell.trim() === "") [quoted, cell, open] = [true, "", line];
    else if (char === separator) [cells, cell] = [[...cells, cell], ""];
    else if (brk) [begun] = (end(), [line]);
    else if (char !== "\r") cell += char;
  }
  if (quoted) return { lines, open };
  end();
  return { lines, open: null };
}
