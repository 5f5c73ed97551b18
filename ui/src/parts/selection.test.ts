import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { between, toggled, useChoice } from "./selection";

test("a second click takes it out again", () => {
  expect([...toggled(toggled(new Set(["a"]), "b"), "a")]).toEqual(["b"]);
});

test("a stretch is what stands between, in either direction, and one alone where the other is gone", () => {
  const keys = ["a", "b", "c", "d"];
  expect([between(keys, "b", "d"), between(keys, "d", "b"), between(keys, "x", "c"), between(keys, null, "c")]).toEqual([["b", "c", "d"], ["b", "c", "d"], ["c"], ["c"]]);
});

test("what is not listed any more is not meant any more", () => {
  const { result, rerender } = renderHook(({ keys }) => useChoice(keys), { initialProps: { keys: ["a", "b", "c"] } });
  act(() => result.current.mark("a", false));
  act(() => result.current.mark("c", true));
  expect([...result.current.chosen], "with Shift").toEqual(["a", "b", "c"]);
  expect(result.current.all).toBe(true);
  rerender({ keys: ["b", "d"] });
  expect([...result.current.chosen]).toEqual(["b"]);
  act(() => result.current.markAll());
  expect([...result.current.chosen]).toEqual(["b", "d"]);
  act(() => result.current.markAll());
  expect(result.current.chosen.size, "all of all is none").toBe(0);
});
