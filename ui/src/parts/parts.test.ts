import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseRoute, routeHash } from "@/route";
import { findNear } from "./rows";
import { sameLine, sparkPoints } from "./sparkline";
import { changeOf } from "./values";

describe("the change of a row", () => {
  const row = { domain: "inventory", old: "12.10", new: "10", change: null };

  it("is the difference, exactly, where a stock event says only before and after", () => {
    expect(changeOf(row)).toBe("-2.10");
    expect(changeOf({ ...row, change: "-3" }), "what the event says counts").toBe("-3");
  });

  it("is not made up for what is no quantity", () => {
    expect([changeOf({ ...row, domain: "orders" }), changeOf({ ...row, old: null }), changeOf({ ...row, old: "?" })]).toEqual([null, null, null]);
  });
});

describe("a list that grows at its start", () => {
  const key = (n: number) => String(n);

  it("finds the row on screen where it went to", () => {
    expect(findNear([9, 8, 7, 6, 5], key, "6", 1)).toBe(3);
    expect(findNear([9, 8, 7], key, "9", 2)).toBe(0);
  });

  it("says when the row is gone", () => {
    expect(findNear([9, 8, 7], key, "1", 1)).toBe(-1);
  });
});

describe("a sparkline", () => {
  it("lies at the bottom when all is zero and in the middle when all is the same", () => {
    expect(sparkPoints([0, 0])).toBe("0.0,22.5 84.0,22.5");
    expect(sparkPoints([5, 5])).toBe("0.0,12.0 84.0,12.0");
    expect(sparkPoints([])).toBe("");
  });

  it("reaches from the least to the most", () => {
    expect(sparkPoints([1, 3])).toBe("0.0,22.5 84.0,1.5");
  });
});

describe("the address", () => {
  it("names the page and its query, and survives a round trip", () => {
    const hash = routeHash("events", { filter: 'kind:inventory:* "盘点"' });
    expect(parseRoute(hash)).toEqual({ page: "events", query: { filter: 'kind:inventory:* "盘点"' } });
  });

  it("of an unknown page is the overview", () => {
    expect(parseRoute("#/nowhere").page).toBe("overview");
    expect(parseRoute("").page).toBe("overview");
  });
});

describe("the palette", () => {
  const css = readFileSync(join(import.meta.dirname, "../theme/tokens.css"), "utf8");
  const tokens = (theme: string) => {
    const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? "";
    return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));
  };
  const light = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
    return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
  };

  for (const theme of ["dark", "light"]) {
    const of = tokens(theme);
    const colour = (name: string) => of.get(name) ?? "";
    it(`holds 4.5 : 1 for every ink on every surface, ${theme}`, () => {
      const grounds = ["surface", "panel", "raised", "accent-soft"];
      const inks = ["ink", "ink-2", "ink-3", "good", "info", "warn", "crit", "accent"];
      for (const ink of inks) for (const ground of grounds) expect(contrast(colour(ink), colour(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      for (const tone of ["good", "info", "warn", "crit"]) for (const ink of [tone, "ink", "ink-2"]) expect(contrast(colour(ink), colour(`${tone}-soft`)), `${ink} on ${tone}-soft`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour("accent-ink"), colour("accent"))).toBeGreaterThanOrEqual(4.5);
    });
  }
});

it("draws a sparkline anew only when one of its values is another", () => {
  const line = { values: [1, 2, 3], colour: "red" };
  expect(sameLine(line, { values: [1, 2, 3], colour: "red" }), "each answer brings new arrays").toBe(true);
  expect(sameLine(line, { values: [1, 2, 4], colour: "red" })).toBe(false);
  expect(sameLine(line, { values: [1, 2], colour: "red" })).toBe(false);
  expect(sameLine(line, { ...line, colour: "blue" })).toBe(false);
});
