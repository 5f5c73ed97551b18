import { describe, expect, it, vi } from "vitest";
import type { Batch } from "@/bindings/Batch";
import { CommandError, type Host } from "@/host";
import { aBatch, aRow, scripted } from "../../tests/fixtures/rows";
import { follow, pauseBefore } from "./follow";
import { PaintedLog } from "./painted";
import { FOLLOWING, hidden, paused, shown } from "./pause";
import { append, isRow, newestSeq } from "./rows";
import { CAPACITY, continued, failed, INITIAL, restarted } from "./state";
import { ViewFeed } from "./view";

const seqs = (items: ReturnType<typeof append>) => items.map((item) => (isRow(item) ? item.seq : `skip ${item.skipped}`));

describe("the rows kept in memory", () => {
  it("keep the newest and forget the oldest", () => {
    const many = Array.from({ length: 7 }, (_, i) => aRow(i + 1));
    expect(seqs(append([], many, 0, 5))).toEqual([3, 4, 5, 6, 7]);
  });

  it("show a repeated row once: a duplicate is harmless", () => {
    const first = append([], [aRow(1), aRow(2)], 0, 10);
    expect(seqs(append(first, [aRow(2), aRow(3)], 0, 10))).toEqual([1, 2, 3]);
  });

  it("mark where rows were left out, with their number", () => {
    const first = append([], [aRow(1)], 0, 10);
    expect(seqs(append(first, [aRow(9), aRow(10)], 7, 10))).toEqual([1, "skip 7", 9, 10]);
  });

  it("stay the same object when nothing came, so that nothing renders", () => {
    const items = append([], [aRow(1)], 0, 10);
    expect(append(items, [], 0, 10)).toBe(items);
    expect(newestSeq(items)).toBe(1);
  });
});

describe("the state of the stream", () => {
  it("counts what came, shown or not", () => {
    const state = continued(continued(INITIAL, aBatch([aRow(1)]), 0), aBatch([aRow(5)], { omitted: 3 }), 0);
    expect([state.received, state.omitted]).toEqual([5, 3]);
  });

  it("never grows past its capacity", () => {
    let state = INITIAL;
    for (let i = 0; i < 60; i += 1) state = continued(state, aBatch(Array.from({ length: 100 }, (_, j) => aRow(i * 100 + j + 1))), 0);
    expect(state.items).toHaveLength(CAPACITY);
    expect(newestSeq(state.items)).toBe(6_000);
  });

  it("keeps what is on screen when the core falls silent, and says since when", () => {
    const before = continued(INITIAL, aBatch([aRow(1)]), 0);
    const state = failed(failed(before, { code: "unreachable", message: "gone" }, 100), { code: "unreachable", message: "gone" }, 200);
    expect(state.items).toBe(before.items);
    expect(state.core).toEqual({ kind: "unreachable", since: 100, attempt: 2, message: "gone", code: "unreachable" });
    expect(continued(state, aBatch([]), 300).core.kind).toBe("following");
  });

  it("replaces the rows after a restart of the cursor", () => {
    const state = restarted(continued(INITIAL, aBatch([aRow(1)]), 0), aBatch([aRow(50)]), 0);
    expect(seqs(state.items)).toEqual([50]);
  });

  it("corrects the clock only when the core's is really another", () => {
    expect(continued(INITIAL, aBatch([], { now: 1_000 }), 900).clockOffset).toBe(0);
    expect(continued(INITIAL, aBatch([], { now: 61_000 }), 1_000).clockOffset).toBe(60_000);
  });
});

describe("following", () => {
  const run = async (answers: (Batch | Error)[]) => {
    const stop = new AbortController();
    const { host, calls } = scripted(answers, () => stop.abort());
    const seen: string[] = [];
    const waits: number[] = [];
    await follow(
      host,
      {
        restarted: (batch) => seen.push(`restarted ${batch.cursor}`),
        continued: (batch) => seen.push(`continued ${batch.cursor}`),
        failed: (error) => seen.push(`failed ${error.code}`),
      },
      stop.signal,
      (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    );
    return { seen, waits, calls };
  };

  it("asks for the recent rows once, then for what comes after its cursor", async () => {
    const { seen, calls } = await run([aBatch([], { cursor: 10 }), aBatch([], { cursor: 12 }), aBatch([], { cursor: 15 })]);
    expect(seen).toEqual(["restarted 10", "continued 12", "continued 15"]);
    expect(calls.slice(0, 3)).toEqual(["recent", "next_batch after 10", "next_batch after 12"]);
  });

  it("goes on from its cursor after a failure: a hole would be a lie", async () => {
    const { seen, calls } = await run([aBatch([], { cursor: 10 }), new CommandError("unreachable", "gone"), new CommandError("unreachable", "gone"), aBatch([], { cursor: 30 })]);
    expect(seen).toEqual(["restarted 10", "failed unreachable", "failed unreachable", "continued 30"]);
    expect(calls.slice(1, 4)).toEqual(["next_batch after 10", "next_batch after 10", "next_batch after 10"]);
  });

  it("starts over when the core says so, and shows nothing of the answer that said it", async () => {
    const { seen, calls } = await run([aBatch([], { cursor: 10 }), aBatch([aRow(99)], { cursor: 99, resync: true }), aBatch([], { cursor: 120 })]);
    expect(seen).toEqual(["restarted 10", "restarted 120"]);
    expect(calls[2]).toBe("recent");
  });

  it("starts over with other packs: they show every row in another way, and may hide what is on screen", async () => {
    const before = aBatch([], { cursor: 10 });
    const changed = { ...before, cursor: 11, versions: { ...before.versions, packs: before.versions.packs + 1 } };
    const { seen, calls } = await run([before, changed, { ...changed, cursor: 12 }, { ...changed, cursor: 13 }]);
    expect(seen).toEqual(["restarted 10", "restarted 12", "continued 13"]);
    expect(calls[2]).toBe("recent");
  });

  it("waits longer after each failure, but never long: the core is on this machine", async () => {
    const { waits } = await run([new Error("a"), new Error("b"), new Error("c")]);
    expect(waits).toEqual([250, 500, 1_000]);
    expect(pauseBefore(40)).toBe(5_000);
  });
});

describe("pause", () => {
  const live = (to: number) => ({ items: append([], Array.from({ length: to }, (_, i) => aRow(i + 1)), 0, 1_000), received: to });

  it("stands still, counts what it hides, and resumes without a loss", () => {
    const pause = paused(FOLLOWING, live(3), "user");
    const now = live(10);
    expect(shown(pause, now)).toHaveLength(3);
    expect(hidden(pause, now)).toBe(7);
    expect(shown(FOLLOWING, now)).toHaveLength(10);
  });

  it("keeps its first picture when it is paused again", () => {
    const pause = paused(paused(FOLLOWING, live(3), "scroll"), live(8), "user");
    expect(pause).toMatchObject({ by: "user" });
    expect(shown(pause, live(8))).toHaveLength(3);
  });

  it("does not turn the user's pause into one that scrolling ends", () => {
    expect(paused(paused(FOLLOWING, live(3), "user"), live(3), "scroll")).toMatchObject({ by: "user" });
  });
});

describe("the painted report", () => {
  it("comes at most once a second and holds each sample once", () => {
    const log = new PaintedLog();
    log.add([100, 110], 150);
    expect(log.take(5_000)).toEqual([50, 40]);
    log.add([200], 260);
    expect(log.take(5_500), "half a second later").toBeNull();
    expect(log.take(6_000)).toEqual([60]);
    expect(log.take(9_000), "nothing painted, nothing to report").toBeNull();
  });
});

describe("a view", () => {
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

  it("keeps the last good answer when a later one fails", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    try {
      let version = 1;
      let fail = false;
      let asked = 0;
      const listeners = new Set<() => void>();
      const host: Host = {
        call: () => {
          asked += 1;
          return fail ? Promise.reject(new CommandError("store_unavailable", "disk full")) : Promise.resolve({ asked } as never);
        },
      };
      const feed = new ViewFeed(host, "overview", () => version, (listener) => (listeners.add(listener), () => listeners.delete(listener)));
      const leave = feed.subscribe(() => undefined);
      await vi.advanceTimersByTimeAsync(20);
      expect(feed.state().data).toEqual({ asked: 1 });

      for (let i = 0; i < 5; i += 1) for (const listener of listeners) listener();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(asked, "the version did not move").toBe(1);

      fail = true;
      version = 2;
      for (const listener of listeners) listener();
      await vi.advanceTimersByTimeAsync(600);
      expect(feed.state().data, "what was good stays").toEqual({ asked: 1 });
      expect(feed.state().error?.code).toBe("store_unavailable");

      fail = false;
      await vi.advanceTimersByTimeAsync(3_000);
      expect(feed.state().error, "it is tried again by itself").toBeNull();

      leave();
      expect(listeners.size, "nobody looks: nothing is fetched").toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is fetched at most twice a second, one request at a time", async () => {
    let version = 0;
    let open = 0;
    let most = 0;
    let asked = 0;
    const listeners = new Set<() => void>();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    try {
      const host: Host = {
        call: async () => {
          asked += 1;
          open += 1;
          most = Math.max(most, open);
          await new Promise((resolve) => setTimeout(resolve, 20));
          open -= 1;
          return {} as never;
        },
      };
      const feed = new ViewFeed(host, "overview", () => version, (listener) => (listeners.add(listener), () => listeners.delete(listener)));
      feed.subscribe(() => undefined);
      for (let i = 0; i < 100; i += 1) {
        version += 1;
        for (const listener of listeners) listener();
        await vi.advanceTimersByTimeAsync(20);
      }
      expect(most).toBe(1);
      expect(asked, "two seconds of a version that always moves").toBeLessThanOrEqual(5);
      expect(asked).toBeGreaterThanOrEqual(3);
    } finally {
      vi.useRealTimers();
      await settle();
    }
  });
});
