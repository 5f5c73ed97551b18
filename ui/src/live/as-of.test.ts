import { describe, expect, it } from "vitest";
import type { LinkState } from "@/bindings/LinkState";
import { currentUntil, freshness } from "./as-of";

const source = (id: string, state: LinkState, over: { realm?: string; last_event_at?: number | null; last_sign_at?: number | null } = {}) => ({ id, realm: id, name: id.toUpperCase(), state, last_event_at: 50, last_sign_at: 90, ...over });
const offline: LinkState = { kind: "offline", attempt: 1, next_try_at: 0, cause: "broken", detail: "" };

describe("what is current", () => {
  it.each<[LinkState, number | undefined]>([
    [{ kind: "live" }, undefined],
    [{ kind: "partly", refused: 1, asked: 2 }, undefined],
    [{ kind: "unconfirmed" }, undefined],
    [{ kind: "catching_up", done: 0, total: 9 }, undefined],
    [{ kind: "connecting", attempt: 0 }, undefined],
    [{ kind: "connecting", attempt: 2 }, 90],
    [{ kind: "stale", since: 50, usual_ms: 1, learned: true }, 50],
    [{ kind: "silent", since: 80 }, 80],
    [{ kind: "upstream_down", since: 70, detail: "" }, 70],
    [{ kind: "needs_login", detail: "" }, 90],
    [{ kind: "refused", detail: "" }, 90],
    [{ kind: "paused" }, 90],
    [offline, 90],
  ])("%o holds until %s", (state, at) => {
    expect(currentUntil(source("a", state))).toBe(at);
  });

  it("is said by source, and of a sum where a part of it is not", () => {
    const fresh = freshness([source("a", { kind: "live" }), source("b", { kind: "upstream_down", since: 70, detail: "" })]);
    expect(fresh.of("a")).toBeNull();
    expect(fresh.of("b")).toEqual({ id: "b", name: "B", kind: "upstream_down", at: 70 });
    expect(fresh.none).toBe(false);
    expect(fresh.aged.map((each) => each.id)).toEqual(["b"]);
  });

  it("is an ERP of which one of two sources delivers", () => {
    const fresh = freshness([source("erp", offline), source("gateway", { kind: "live" }, { realm: "erp" })]);
    expect(fresh.of("erp")).toBeNull();
    expect(fresh.aged).toEqual([]);
    const away = freshness([source("erp", offline, { last_sign_at: 40 }), source("gateway", offline, { realm: "erp" })]);
    expect(away.of("erp")).toMatchObject({ id: "gateway", at: 90 });
  });

  it("does not miss what never told anything or what is paused, unless that is all there is", () => {
    const rest = [source("new", offline, { last_event_at: null, last_sign_at: null }), source("lab", { kind: "paused" })];
    expect(freshness([source("a", { kind: "live" }), ...rest]).aged).toEqual([]);
    expect(freshness([source("a", offline), ...rest]).aged.map((each) => each.id), "what told something says until when").toEqual(["a"]);
    expect(freshness(rest).aged.map((each) => each.id)).toEqual(["new", "lab"]);
    expect(freshness(rest).of("lab")?.at).toBe(90);
    expect(freshness([]).none).toBe(false);
  });
});
