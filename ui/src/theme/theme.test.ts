import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");
const css = readFileSync(join(import.meta.dirname, "index.css"), "utf8");
const tokens = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

type Rgb = readonly [number, number, number];

function colours(theme: "dark" | "light"): Map<string, Rgb> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(tokens)?.[1] ?? "";
  return new Map([...block.matchAll(/--([a-z0-9-]+): #([0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, [0, 2, 4].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255)) as unknown as Rgb]));
}

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG 2.2, contrast ratio. */
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** What an eye without the green cones sees. Machado, Oliveira, Fernandes (2009), severity 1. */
function deuteranope([r, g, b]: Rgb): Rgb {
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  return [cut(0.367322 * r + 0.860646 * g - 0.227968 * b), cut(0.280085 * r + 0.672501 * g + 0.047413 * b), cut(-0.01182 * r + 0.04294 * g + 0.968881 * b)];
}

/** CIE L*a*b*, D65. */
function lab(rgb: Rgb): Rgb {
  const [r, g, b] = rgb;
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047), f(luminance(rgb)), f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (a: Rgb, b: Rgb) => Math.hypot(...lab(deuteranope(a)).map((each, i) => each - (lab(deuteranope(b))[i] ?? 0)));

function pairs(names: readonly string[]): [string, string][] {
  return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
}

/** The domains that every ERP has, side by side in one chart. */
const MAIN = ["d-inventory", "d-orders", "d-approvals", "d-finance", "d-system"];

describe.each(["dark", "light"] as const)("the colours of domains, %s", (theme) => {
  const all = colours(theme);
  const of = (name: string): Rgb => {
    const found = all.get(name);
    if (found === undefined) throw new Error(`no colour ${name}`);
    return found;
  };
  const domains = [...all.keys()].filter((name) => name.startsWith("d-"));

  it("are seen on every ground that they stand on", () => {
    expect(domains.length).toBeGreaterThan(12);
    for (const name of domains) for (const ground of ["surface", "panel"]) expect(contrast(of(name), of(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(3);
  });

  it("are told apart without red and green", () => {
    for (const [a, b] of pairs(domains.filter((name) => name !== "d-other"))) expect(apart(of(a), of(b)), `${a} and ${b}`).toBeGreaterThanOrEqual(8);
    for (const [a, b] of pairs(MAIN)) {
      expect(apart(of(a), of(b)), `${a} and ${b} stand side by side`).toBeGreaterThanOrEqual(20);
      expect(Math.abs(lab(of(a))[0] - lab(of(b))[0]), `${a} and ${b} differ by lightness, not by hue alone`).toBeGreaterThanOrEqual(5);
    }
  });

  it("leave text readable", () => {
    for (const ink of ["ink", "ink-2", "ink-3"]) for (const ground of ["surface", "panel"]) expect(contrast(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });
});

describe("motion", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.(tsx|css)$/.test(name) && !name.endsWith(".test.tsx"));

  it("ends: nothing moves for ever, and no row moves when it comes", () => {
    for (const name of files) expect(readFileSync(join(SRC, name), "utf8"), `${name}: a console that is open all day stays cool`).not.toMatch(/\binfinite\b|animate-(spin|pulse|ping|bounce)|\bbreathe\b|keyframes arrive/);
  });

  it("is none where the system asks for none", () => {
    expect(css).toMatch(/prefers-reduced-motion: reduce[^}]*animation: none !important; transition: none !important/);
  });
});

describe("forced colours", () => {
  const block = css.slice(css.indexOf("@media (forced-colors: active)"));

  it("show where one is, what is chosen, how much is used up, and what is ticked", () => {
    for (const what of ['[aria-current="page"]', '[role="row"][aria-selected="true"]', '[role="tab"][aria-selected="true"]', '[aria-pressed="true"]', ".gauge", ".tint", 'input[type="checkbox"]']) expect(block).toContain(what);
    expect(block).toMatch(/\.tint \{ forced-color-adjust: none; \}/);
  });

  it("find every deadline's bar marked as one", () => {
    for (const name of ["pages/approvals/columns.tsx", "pages/overview/needs.tsx", "parts/link.tsx"]) {
      const text = readFileSync(join(SRC, name), "utf8");
      expect(text, name).toContain("gauge");
      expect(text, name).toContain("tint block h-full");
    }
  });
});
