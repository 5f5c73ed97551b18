import { expect, test } from "vitest";
import type { Source } from "@/bindings/Source";
import { BLANK, channelsOf, draftOf, isSocketUrl, sourceOf, tokenHint, withSource } from "./draft";

const east: Source = { id: "east", name: "East", url: "ws://10.0.0.2:3002", dialect: "erp", channels: ["inventory", "orders"], token: null, paused: true, demo: false };

test("only a WebSocket address can be dialled", () => {
  expect(isSocketUrl("ws://10.0.0.2:3002")).toBe(true);
  expect(isSocketUrl("WSS://erp.example/ws")).toBe(true);
  expect(isSocketUrl("http://10.0.0.2")).toBe(false);
  expect(isSocketUrl("ws:///nowhere")).toBe(false);
});

test("channels come with commas, spaces or Chinese punctuation, each once", () => {
  expect(channelsOf(" inventory，orders、finance orders ")).toEqual(["inventory", "orders", "finance"]);
  expect(channelsOf("")).toEqual([]);
});

test("an edited source keeps its id and its pause, and an empty token keeps the stored one", () => {
  expect(sourceOf({ ...draftOf(east), name: "East 2" }, east, "new")).toEqual({ ...east, name: "East 2" });
});

test("a source without a name is called by its host", () => {
  expect(sourceOf({ ...BLANK, url: "ws://10.0.0.2:3002/ws" }, null, "new")).toMatchObject({ id: "new", name: "10.0.0.2:3002", token: null });
});

test("a stored token is not offered to another address", () => {
  expect(tokenHint(draftOf(east), east)).toBe("tokenKeep");
  expect(tokenHint({ ...draftOf(east), url: "ws://evil:1" }, east)).toBe("tokenMoved");
  expect(tokenHint(BLANK, null)).toBe("tokenNew");
});

test("saving replaces the source with the same id, or adds it", () => {
  expect(withSource([east], { ...east, name: "x" }).map((each) => each.name)).toEqual(["x"]);
  expect(withSource([east], { ...east, id: "west" }).map((each) => each.id)).toEqual(["east", "west"]);
});
