import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Batch } from "@/bindings/Batch";
import type { Host } from "@/host";
import { aBatch, aRow } from "../../tests/fixtures/rows";
import { REPAINT, urgent, waitFor } from "./pace";
import { continued, failed, INITIAL } from "./state";
import { Stream } from "./stream";

/** A host whose batches a test sends when it wants. */
function sending() {
  const waiting: ((batch: Batch) => void)[] = [];
  const host: Host = { call: (name) => (name === "painted" ? Promise.resolve(null as never) : new Promise((resolve) => waiting.push(resolve as (batch: Batch) => void))) };
  const send = async (batch: Batch) => {
    waiting.shift()?.(batch);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { host, send };
}

function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

let stop: AbortController;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "requestAnimationFrame", "cancelAnimationFrame", "performance", "Date"] });
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  hide(false);
  vi.useRealTimers();
});

async function opened() {
  const { host, send } = sending();
  const stream = new Stream(host);
  const told: number[] = [];
  stream.subscribe(() => told.push(stream.state().received));
  void stream.run(stop.signal);
  await send(aBatch([aRow(1)]));
  await vi.advanceTimersByTimeAsync(50);
  told.length = 0;
  return { stream, send, told };
}

describe("repaints", () => {
  it("are two a second at most, however many batches come, and miss none of them", async () => {
    const { stream, send, told } = await opened();
    for (let i = 2; i <= 41; i += 1) {
      await send(aBatch([aRow(i)]));
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(told.length, "two seconds").toBeLessThanOrEqual(5);
    expect(told.length).toBeGreaterThanOrEqual(3);
    await vi.advanceTimersByTimeAsync(REPAINT + 50);
    expect(stream.state().received).toBe(40);
  });

  it("do not wait when nothing was painted just before: a quiet hour's event is there at once", async () => {
    const { send, told } = await opened();
    await vi.advanceTimersByTimeAsync(1_000);
    await send(aBatch([aRow(2)]));
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([1]);
  });

  it("come at once for what is critical and for a request that waits", async () => {
    const { send, told } = await opened();
    await vi.advanceTimersByTimeAsync(1_000);
    await send(aBatch([aRow(2)]));
    await vi.advanceTimersByTimeAsync(20);
    await send(aBatch([aRow(3)]));
    await vi.advanceTimersByTimeAsync(20);
    expect(told, "an ordinary one waits").toEqual([1]);
    await send(aBatch([aRow(4, { severity: "critical" })]));
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([1, 3]);
    const batch = aBatch([aRow(5)]);
    await send({ ...batch, frame: { ...batch.frame, approvals_pending: 1 } });
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([1, 3, 4]);
  });

  it("are none while the window is hidden; the stream is taken all the same, and shown when the window is", async () => {
    const { stream, send, told } = await opened();
    let taken = 0;
    stream.subscribeTaken(() => (taken = stream.taken().received));
    hide(true);
    for (let i = 2; i <= 6; i += 1) {
      await send(aBatch([aRow(i, { severity: "critical" })]));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(told, "nobody sees it").toEqual([]);
    expect(taken, "the title counts on").toBe(5);
    hide(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual([5]);
  });
});

describe("what is urgent", () => {
  const before = continued(INITIAL, aBatch([aRow(1)]), 0);
  const after = (patch: Partial<Batch["frame"]>) => {
    const batch = aBatch([aRow(2)]);
    return continued(before, { ...batch, frame: { ...batch.frame, ...patch } }, 0);
  };

  it("is what a person must see, and not what merely moved", () => {
    expect(urgent(before, after({}), [aRow(2)])).toBe(false);
    expect(urgent(before, after({ events_per_second: 2_000, events_stored: 9 }), [aRow(2)])).toBe(false);
    expect(urgent(before, after({ alerts_firing: 1, alerts_worst: "warning" }), [])).toBe(false);
    expect(urgent(before, after({ alerts_firing: 1, alerts_worst: "critical" }), [])).toBe(true);
    expect(urgent(before, after({ approvals_pending: 1 }), [])).toBe(true);
    expect(urgent(before, after({}), [aRow(2, { severity: "critical" })])).toBe(true);
    expect(urgent(before, failed(before, { code: "unreachable", message: "gone" }, 0), []), "a core that fell silent").toBe(true);
    expect(urgent(INITIAL, before, []), "the first answer").toBe(true);
  });

  it("waits for nothing", () => {
    expect(waitFor(1_100, 1_000, false)).toBe(REPAINT - 100);
    expect(waitFor(1_100, 1_000, true)).toBe(0);
    expect(waitFor(5_000, 1_000, false)).toBe(0);
  });
});
