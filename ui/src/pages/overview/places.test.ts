import { describe, expect, it } from "vitest";
import { NO_PLACES, placed, type Places } from "./places";

/** Where a row stands on the screen and in which element, by its number. */
const seen = ({ seqs, top }: Places) => new Map(seqs.map((seq, i) => [seq, top - i]));

describe("the places of rows", () => {
  it("stay with a row while others come: nothing but the list as a whole moves", () => {
    const before = placed(NO_PLACES, [5, 4, 3, 2]);
    const after = placed(before, [7, 6, 5, 4]);
    for (const seq of [5, 4]) expect(seen(after).get(seq), `row ${seq}`).toBe(seen(before).get(seq));
    expect(after.top, "two rows further").toBe(before.top + 2);
  });

  it("are taken over with their elements when all rows are new, as at two thousand a second", () => {
    const before = placed(NO_PLACES, [5, 4, 3]);
    expect([...seen(placed(before, [905, 904, 903])).values()]).toEqual([...seen(before).values()]);
  });

  it("are the same object when no row is another, so that nothing renders", () => {
    const before = placed(NO_PLACES, [5, 4, 3]);
    expect(placed(before, [5, 4, 3])).toBe(before);
  });

  it("grow and shrink with the room", () => {
    const before = placed(NO_PLACES, [5, 4]);
    expect(placed(before, [5, 4, 3, 2]).top).toBe(before.top);
    expect(placed(before, [5]).top).toBe(before.top);
  });

  it("never count beyond what a browser places exactly", () => {
    let places = placed(NO_PLACES, [2, 1]);
    for (let seq = 3; seq < 10_000; seq += 1) {
      places = placed(places, [seq, seq - 1]);
      expect(places.top).toBeLessThan(5_000);
    }
  });
});
