import { describe, expect, it } from "vitest";
import type { LinkState } from "@/bindings/LinkState";
import { verdict } from "./verdict";

const HOUR = 3_600_000;
const NOW = 100 * HOUR;
const NO_SAMPLES = { count: 0, p50: 0, p95: 0, p99: 0, max: 0 };
const source = (id: string, state: LinkState, skew_ms: number | null = null) => ({
  id, name: id, url: "", state, reconnects: 0, timeline: [], received: 0, stored: 0, set_aside: 0, waiting: 0, left_out: 0, store_error: null, duplicates: 0, malformed: 0, bytes: 0, positions: {}, colour: "blue" as const, dialect: "native", skew_ms,
  skew_error_ms: null, round_trip_ms: null, connected_since: null, gaps: 0, gaps_filled: 0, copies: 0, told_elsewhere: 0, rate: 0, queue: 0, queue_capacity: 16, waiting_bytes: 0,
  forwarded: NO_SAMPLES, travelled: NO_SAMPLES, committed: NO_SAMPLES, last_error: null, denied: [],
});
const LIVE: LinkState = { kind: "live" };
const calm = { at: NOW, sources: [source("east", LIVE)], gaps: [], malformed: [], set_aside: [], faults: [], store: { path: "", events: 0, bytes: 0, oldest_at: null, error: null }, decisions_failed: 0, lag: {}, handlers: [] };
const gap = (to: number, filled: number | null) => ({ seq: 1, source: "east", channel: null, from: to - 1_000, to, reason: "not_replayable" as const, filled });

describe("the verdict", () => {
  it("is calm while every source is live or paused by the user", () => {
    expect(verdict(calm)).toEqual({ tone: "good", findings: [], live: 1, paused: 0 });
    expect(verdict({ ...calm, sources: [source("east", LIVE), source("lab", { kind: "paused" })] })).toMatchObject({ tone: "good", live: 1, paused: 1 });
    expect(verdict({ ...calm, sources: [source("lab", { kind: "paused" })] }).tone, "nothing followed is nothing to be green about").toBe("dim");
  });

  it("puts what needs a person before what mends itself", () => {
    const all = verdict({
      ...calm,
      sources: [
        source("slow", { kind: "catching_up", done: 1, total: 2 }),
        source("http", { kind: "polling", every_ms: 15_000, last_at: null, next_try_at: 0, cause: "not_web_socket", detail: "HTTP 403" }),
        source("login", { kind: "needs_login", detail: "" }),
        source("east", LIVE),
      ],
    });
    expect(all.tone).toBe("crit");
    expect(all.findings.map((finding) => (finding.kind === "link" ? finding.source.id : finding.kind))).toEqual(["login", "http", "catching_up"]);
  });

  it("does not call a filled gap a problem, nor one of yesterday", () => {
    expect(verdict({ ...calm, gaps: [gap(NOW - 1_000, 37), gap(NOW - 2 * HOUR, null)] }).tone).toBe("good");
    expect(verdict({ ...calm, gaps: [gap(NOW - 1_000, null)] })).toMatchObject({ tone: "warn", findings: [{ kind: "gaps", n: 1 }] });
  });

  it("does not call a clock that is off a problem: times are corrected for it", () => {
    expect(verdict({ ...calm, sources: [source("east", LIVE, 2 * HOUR)] }).tone).toBe("good");
  });

  it("says for an hour what was set aside, and what failed", () => {
    const fault = (at: number) => ({ part: "decisions", detail: "", times: 1, first_at: at, last_at: at });
    const one = { at: NOW - 1_000, seq: 1, by: "numbers" as const, source: "east", kind: "x", channel: "x", reason: "", sample: "" };
    expect(verdict({ ...calm, set_aside: [one], faults: [fault(NOW - 1_000)] })).toMatchObject({ tone: "warn", findings: [{ kind: "aside", n: 2 }] });
    expect(verdict({ ...calm, set_aside: [{ ...one, at: NOW - 2 * HOUR }], faults: [fault(NOW - 2 * HOUR)] }).tone).toBe("good");
  });

  it("names a store that does not write, unreadable frames, lost decisions, and lag", () => {
    const frame = { at: NOW - 1_000, source: "east", bytes: 9, reason: "", sample: "" };
    const findings = verdict({ ...calm, malformed: [frame], store: { ...calm.store, error: "disk full" }, decisions_failed: 2, lag: { feed: 3, projections: 1_001 } }).findings;
    expect(findings.map((finding) => finding.kind).sort()).toEqual(["decisions", "lag", "malformed", "store"]);
    expect(findings[0]?.kind, "nothing is worse than losing").toBe("store");
  });
});
