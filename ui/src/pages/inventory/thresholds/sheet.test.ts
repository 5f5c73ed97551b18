import { describe, expect, it } from "vitest";
import { asText, decode, fromText, readTable, writeTable } from "./csv";
import { changeOf, type Plan, read, type Reading, written } from "./sheet";

const bytes = (text: string) => new TextEncoder().encode(text);
const product = (product_id: string, name: string, code: string | null = null) => ({ key: `east/product:${product_id}`, product_id, code, name, warehouse: null, on_hand: 7 });
const HEAD = { id: "Product ID", name: "Name", warehouse: "Warehouse", onHand: "On hand", threshold: "Threshold" };
const ROWS = [product("A-1", "Oak"), product("A-2", "Walnut, oiled"), product("0012", "Ash", "SKU-9")];

function planOf(reading: Reading): Plan {
  if (typeof reading === "string") throw new Error(reading);
  return reading;
}
const planned = (text: string, kept: Record<string, number> = {}) => planOf(read(bytes(text), ROWS, kept));

describe("a table", () => {
  it("is written with the mark of UTF-8, and with quotes where they are needed", () => {
    expect(writeTable([["a", 'b "c", d'], ["1\n2", ""]])).toBe('\uFEFFa,"b ""c"", d"\r\n"1\n2",\r\n');
  });

  it("has no formula in it, and no code that a spreadsheet would write as a number or a date", () => {
    expect(["=1+1", "@x", "0012", "3-4", "1e5", "1234567890123", "12", "A-1"].map(asText)).toEqual(["'=1+1", "'@x", '="0012"', '="3-4"', '="1e5"', '="1234567890123"', "12", "A-1"]);
    for (const text of ["=1+1", "-x", "0012", "2026/1/2", "12", "'s", "A-1"]) expect(fromText(asText(text)), text).toBe(text);
  });

  it("is read with the separator of its country, and with the numbers of its lines", () => {
    expect(readTable('\uFEFFa;"b;c"\r\n\r\n1;"x\ny"\r\n2;3')).toEqual({ separator: ";", open: null, lines: [{ line: 1, cells: ["a", "b;c"] }, { line: 3, cells: ["1", "x\ny"] }, { line: 5, cells: ["2", "3"] }] });
    expect(readTable("sep=\t\na\tb,c,d\n").lines).toEqual([{ line: 2, cells: ["a", "b,c,d"] }]);
    expect(readTable('a,b\n1,"2\n3'), "what begins and does not end").toMatchObject({ open: 2, lines: [{ line: 1 }] });
  });

  it("is text as spreadsheets write it, in China too, and no workbook", () => {
    expect(decode(bytes("\uFEFF阈值"))).toBe("阈值");
    expect(decode(new Uint8Array([0xe3, 0xd0, 0xd6, 0xb5])), "GBK").toBe("阈值");
    expect(decode(new Uint8Array([0xff, 0xfe, 0x08, 0x96, 0x3c, 0x50])), "UTF-16").toBe("阈值");
    expect(decode(new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0x00, 0x00]))).toBeNull();
  });
});

describe("thresholds", () => {
  it("come back as they went, and change nothing", () => {
    const kept = { "A-1": 5, "east/product:A-2": 2.5, "Z-9": 3 };
    const { text, lines } = written(ROWS, kept, HEAD);
    expect(text).toBe('\uFEFFProduct ID,Name,Warehouse,On hand,Threshold\r\nA-1,Oak,,7,5\r\neast/product:A-2,"Walnut, oiled",,7,2.5\r\n"=""0012""",Ash,,7,\r\nZ-9,,,,3\r\n');
    expect(lines).toBe(4);
    expect(planned(text, kept)).toEqual({ steps: [], same: 4, faults: [] });
  });

  it("are set, changed and taken away as one change, which can be taken back", () => {
    const { steps, same } = planned("商品编号;阈值\n0012;8\nA-1;12,5\nA-2;\n", { "A-1": 5, "A-2": 2 });
    expect(steps).toMatchObject([
      { line: 2, name: "0012", label: "Ash", from: null, to: 8, unseen: false },
      { line: 3, name: "A-1", from: 5, to: 12.5 },
      { line: 4, name: "A-2", from: 2, to: null },
    ]);
    expect(same).toBe(0);
    expect(changeOf(steps)).toEqual({ patch: { product_thresholds: { "0012": 8, "A-1": 12.5, "A-2": null } }, undo: { product_thresholds: { "0012": null, "A-1": 5, "A-2": 2 } } });
  });

  it("are found by the name under which they are kept, by the product's id or by its code", () => {
    const { steps } = planned("threshold,product_id\n1,SKU-9\n2,A-1\n3,east/product:A-2\n4,X-1\n", { "east/product:A-1": 9 });
    expect(steps.map(({ name, label, unseen }) => ({ name, label, unseen }))).toEqual([
      { name: "0012", label: "Ash", unseen: false },
      { name: "east/product:A-1", label: "Oak", unseen: false },
      { name: "east/product:A-2", label: "Walnut, oiled", unseen: false },
      { name: "X-1", label: "X-1", unseen: true },
    ]);
  });

  it("are not guessed: what cannot be read is left out with its line", () => {
    const { steps, same, faults } = planned('Product ID,Name,Threshold\nA-1,,"1,200"\nA-2,,-1\n,Oak,4\n0012\nA-1,,7\nA-1,,1200\nA-2,,"1,5"\n');
    expect(steps).toMatchObject([{ line: 2, name: "A-1", to: 1200 }]);
    expect(same, "said twice alike").toBe(1);
    expect(faults).toEqual([
      { line: 3, why: "number", what: "-1" },
      { line: 4, why: "noId", what: "" },
      { line: 5, why: "short", what: "0012" },
      { line: 6, why: "twice", what: "A-1" },
      { line: 8, why: "number", what: "1,5" },
    ]);
    expect(planned("Product ID;Threshold\nA-1;1.000\nA-2;1.5\n"), "a thousand, or one").toMatchObject({ steps: [{ name: "A-2", to: 1.5 }], faults: [{ line: 2, why: "number" }] });
    expect(planned('Product ID,Threshold\nA-1,1\n"A-2,2\n').faults).toEqual([{ line: 3, why: "open", what: "" }]);
  });

  it("are none in what is no such table", () => {
    expect([read(bytes(""), ROWS, {}), read(bytes("Name,Threshold\nOak,3\n"), ROWS, {}), read(new Uint8Array([0, 1, 2]), ROWS, {})]).toEqual(["empty", "noColumns", "noText"]);
  });
});
