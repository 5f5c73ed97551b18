import { describe, expect, it } from "vitest";
import { CommandError } from "@/host";
import { aRow } from "../../../tests/fixtures/rows";
import { extended, NO_HISTORY } from "./history";
import { join, markError, starting } from "./tail";

const page = (seqs: number[], next_before: number | null, scanned = 100) => ({ events: seqs.map((seq) => aRow(seq)), next_before, let_go: null, scanned, newest: seqs[0] ?? 0 });

describe("the matches of a filter", () => {
  it("are joined to the ones there are, each once", () => {
    expect(join([aRow(1), aRow(2)], page([4, 3, 2, 1], null))?.map((row) => row.seq)).toEqual([1, 2, 3, 4]);
  });

  it("are not joined over a hole", () => {
    expect(join([aRow(1), aRow(2)], page([90, 80, 70], 70)), "there may be matches between 2 and 70").toBeNull();
  });

  it("start with the last good result while the new one is fetched", () => {
    const before = { ...starting("a", null), items: [aRow(1)], loading: false, error: new CommandError("internal", "x") };
    expect(starting("b", before)).toMatchObject({ filter: "b", loading: true, items: before.items, error: null });
  });
});

describe("the mark under a bad filter", () => {
  it("covers the token that is named", () => {
    expect(markError("kind:inventory colour:red", [15, 21])).toEqual({ before: "kind:inventory ", token: "colour", after: ":red" });
  });

  it("counts as the core does, in UTF-16 units", () => {
    expect(markError("🚚 颜色:红", [3, 5])).toEqual({ before: "🚚 ", token: "颜色", after: ":红" });
  });

  it("covers the last character when something is missing at the end, and all when no place is named", () => {
    expect(markError("a and", [5, 5]).token).toBe("d");
    expect(markError("a b", null).token).toBe("a b");
    expect(markError("ab", [7, 99]).token, "a place outside of the text").toBe("b");
  });
});

describe("history", () => {
  it("is put before what there is, without repeats, and knows its end", () => {
    const first = extended(NO_HISTORY, page([30, 20], 20));
    const second = extended(first, page([20, 10], null));
    expect(second.rows.map((row) => row.seq)).toEqual([10, 20, 30]);
    expect([second.before, second.scanned]).toEqual([null, 200]);
  });
});
