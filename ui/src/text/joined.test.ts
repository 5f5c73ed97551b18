import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { joined } from ".";

it("a part that is missing leaves no separator behind", () => {
  expect(joined(["Approved", null, "", "  ", undefined, false, "RT-7"])).toBe("Approved · RT-7");
  expect(joined([null, ""])).toBe("");
  expect(joined(["a", "b"], ", ")).toBe("a, b");
});

it("no other place joins parts that may be missing", () => {
  const root = join(import.meta.dirname, "..");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path) && !/\.test\.|bindings/.test(path));
  expect(files.filter((path) => readFileSync(join(root, path), "utf8").includes('.join(" · ")'))).toEqual([]);
});
