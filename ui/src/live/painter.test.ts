import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Host } from "@/host";
import { Painter } from "./painter";
import { share } from "./share";
import { ViewFeed } from "./view";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "performance", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A view whose version and answer a test sets, on a painter of its own. */
function watched() {
  const painter = new Painter();
  const listeners = new Set<() => void>();
  const now = { version: 1, answer: { n: 1 }, asked: 0 };
  const host: Host = { call: () => ((now.asked += 1), Promise.resolve(structuredClone(now.answer) as never)) };
  const feed = new ViewFeed(host, "overview", () => now.version, (listener) => (listeners.add(listener), () => listeners.delete(listener)), painter);
  const told: unknown[] = [];
  feed.subscribe(() => told.push(feed.state().data));
  const moved = () => {
    now.version += 1;
    for (const listener of listeners) listener();
  };
  return { painter, feed, now, told, moved };
}

describe("the painter", () => {
  it("draws what several ask for in one frame", async () => {
    const painter = new Painter();
    const drawn: string[] = [];
    painter.add(() => drawn.push("rows"));
    painter.add(() => drawn.push("sums"));
    painter.request(true);
    painter.request(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(drawn).toEqual(["rows", "sums"]);
    painter.request(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(drawn, "the next frame has its time").toHaveLength(2);
    painter.request(true);
    await vi.advanceTimersByTimeAsync(20);
    expect(drawn, "what must not wait takes the rest along").toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drawn).toHaveLength(4);
  });
});

describe("a view on the painter", () => {
  it("is drawn with the next frame, the first answer and what somebody asked for at once", async () => {
    const { painter, feed, now, told, moved } = watched();
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([{ n: 1 }]);

    await vi.advanceTimersByTimeAsync(1_100);
    painter.request(true);
    await vi.advanceTimersByTimeAsync(20);
    now.answer = { n: 2 };
    moved();
    await vi.advanceTimersByTimeAsync(20);
    expect(now.asked).toBe(2);
    expect(told, "it waits for the frame that is due").toHaveLength(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(told).toHaveLength(2);

    now.answer = { n: 3 };
    feed.refresh();
    await vi.advanceTimersByTimeAsync(20);
    expect(told[2]).toEqual({ n: 3 });
  });

  it("fetches once more when somebody asks while an answer is under way", async () => {
    const { feed, now, told } = watched();
    feed.refresh();
    now.answer = { n: 9 };
    await vi.advanceTimersByTimeAsync(20);
    expect(now.asked).toBe(2);
    expect(told.at(-1)).toEqual({ n: 9 });
  });
});

describe("answers share what did not change", () => {
  it("keeps the objects that say the same, and the whole when nothing is another", () => {
    const before = { list: [{ id: 1, n: 1 }, { id: 2, n: 2 }], sums: { a: 1 }, gone: null };
    const next = share(before, { list: [{ id: 1, n: 1 }, { id: 2, n: 3 }], sums: { a: 1 }, gone: null });
    expect(next.list[0]).toBe(before.list[0]);
    expect(next.list[1]).toEqual({ id: 2, n: 3 });
    expect(next.sums).toBe(before.sums);
    expect(next).not.toBe(before);
    expect(share(before, structuredClone(before))).toBe(before);
  });

  it("sees a field that came or went, an emptied list, a list that became something else", () => {
    expect(share({ a: 1 }, { a: 1, b: undefined })).not.toBe(share({ a: 1 }, { a: 1 }));
    expect(share({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
    expect(share({ a: [1] }, { a: [] as number[] })).toEqual({ a: [] });
    expect(share({ a: [1] }, { a: { 0: 1 } })).toEqual({ a: { 0: 1 } });
    expect(share({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
  });
});
