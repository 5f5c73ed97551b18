// No circle of imports under `src`: neither of files nor of folders. Imports of types, imports that wait, and `import.meta.glob` count as any other.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** What each file or folder imports. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The files under `folder` by their path from there, tests left out: nothing imports them. */
function read(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** The files that `code` says it wants, as it says it. */
function wanted(code: string): string[] {
  const globs = [...code.matchAll(/import\.meta\.glob[^(]*\(([^)]*)\)/g)].flatMap(([, list = ""]) => [...list.matchAll(/["']([^"']+)["']/g)].map(([, pattern = ""]) => pattern));
  return [...ts.preProcessFile(code).importedFiles.map((each) => each.fileName), ...globs.filter((pattern) => !pattern.startsWith("!"))];
}

/** Paths are from the folder that `@` stands for. What lies outside of it is left out. */
function fileGraph(files: ReadonlyMap<string, string>): Graph {
  const found = (from: string, said: string): string[] => {
    if (!/^(@\/|\.)/.test(said)) return [];
    const path = said.startsWith("@/") ? said.slice(2) : normalize(join(dirname(from), said)).replace(/\/$/, "");
    if (path.includes("*")) return [...files.keys()].filter((file) => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`).test(file));
    return [path, `${path}.ts`, `${path}.tsx`, join(path, "index.ts"), join(path, "index.tsx")].filter((each) => files.has(each)).slice(0, 1);
  };
  return new Map([...files].map(([file, code]) => [file, new Set(wanted(code).flatMap((said) => found(file, said)))]));
}

/** The same of folders; what a folder imports from itself is no circle. */
function folderGraph(graph: Graph, folderOf: (file: string) => string): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [file, imports] of graph) {
    const from = folderOf(file);
    const others = [...imports].map(folderOf).filter((folder) => folder !== from);
    folders.set(from, new Set([...(folders.get(from) ?? []), ...others]));
  }
  return folders;
}

/** The shortest way from `start` back to itself. */
function wayBack(graph: Graph, start: string): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return null;
}

/** Of circles that share an import only the shortest is told: one import that should not be closes many. */
function circles(graph: Graph): string[] {
  const ways = [...graph.keys()].sort().map((start) => wayBack(graph, start) ?? []);
  const told = new Set<string>();
  return ways
    .sort((a, b) => a.length - b.length)
    .flatMap((way) => {
      const steps = way.slice(1).map((to, i) => `${way[i]} -> ${to}`);
      const known = steps.length === 0 || steps.some((step) => told.has(step));
      for (const step of steps) told.add(step);
      return known ? [] : [way.join(" -> ")];
    });
}

const top = (file: string) => file.split("/")[0] ?? file;

describe("the window's sources", () => {
  const graph = fileGraph(read(join(import.meta.dirname, "../src")));

  it("are all seen", () => {
    expect(graph.size).toBeGreaterThan(150);
    expect(graph.get("frame/index.tsx")).toContain("pages/load.ts");
    expect(graph.get("pages/load.ts"), "pages are fetched by their folder").toContain("pages/health/index.tsx");
  });

  it("have no circle of files", () => {
    expect(circles(graph)).toEqual([]);
  });

  it("have no circle of folders", () => {
    for (const folderOf of [top, dirname]) expect(circles(folderGraph(graph, folderOf)), "what two folders share belongs into one below both").toEqual([]);
  });
});

describe("the finder", () => {
  const made = (files: Record<string, string>) => fileGraph(new Map(Object.entries(files)));

  it("names a circle, whatever kind of import closes it", () => {
    const b = 'import { a } from "./a";';
    for (const a of ['import "@/b";', 'import type { B } from "./b";', 'export { b } from "./b";', 'const b = () => import("./b");', 'type B = import("./b").B;', 'import {\n  b,\n} from "./b";', 'const b = import.meta.glob<B>("./b*");']) {
      expect(circles(made({ "a.ts": a, "b.tsx": b })), a).toEqual(["a.ts -> b.tsx -> a.ts"]);
    }
  });

  it("finds the long way round through a folder, and a file that imports itself", () => {
    expect(circles(made({ "frame/index.ts": 'import "@/pages/one";', "pages/one/index.tsx": 'import "../two";', "pages/two.ts": 'import "../frame";' }))).toEqual(["frame/index.ts -> pages/one/index.tsx -> pages/two.ts -> frame/index.ts"]);
    expect(circles(made({ "a.ts": 'import "./a";', "b.ts": 'import "./a";' }))).toEqual(["a.ts -> a.ts"]);
  });

  it("names a circle of folders that none of its files closes", () => {
    const graph = made({ "frame/index.ts": 'import "@/pages/one";', "pages/one.ts": 'import "@/frame/drawer";', "frame/drawer.ts": "" });
    expect(circles(graph)).toEqual([]);
    expect(circles(folderGraph(graph, top))).toEqual(["frame -> pages -> frame"]);
  });

  it("lets a tree be", () => {
    expect(circles(made({ "a.ts": 'import "./b"; import "./c"; import "react";', "b.ts": 'import "./c";', "c.ts": '// import "./a"' }))).toEqual([]);
  });
});
