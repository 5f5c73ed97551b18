import { expect, it } from "vitest";
import { sourceIn, withSource } from "./source-filter";

it("a source is chosen as a term of the filter, and another one takes its place", () => {
  expect(withSource("", "east")).toBe("source:east");
  expect(withSource("kind:order:*", "east")).toBe("source:east kind:order:*");
  expect(withSource("kind:order:* source:east severity>=warning", "south")).toBe("source:south kind:order:* severity>=warning");
  expect(withSource("source:east kind:order:*", null)).toBe("kind:order:*");
  expect(withSource("source:east", null)).toBe("");
});

it("what is said of the source is read back", () => {
  expect(sourceIn('severity>=warning source:"my erp"')).toBe("my erp");
  expect(sourceIn(withSource("", "my erp"))).toBe("my erp");
  expect(sourceIn("kind:order:*")).toBeNull();
});

it("text in quotes and a term behind a minus are left alone", () => {
  expect(sourceIn('"see source:east"')).toBeNull();
  expect(sourceIn("-source:east")).toBeNull();
  expect(withSource('"see source:east"', "south")).toBe('source:south "see source:east"');
  expect(withSource("-source:east", "south")).toBe("source:south -source:east");
});
