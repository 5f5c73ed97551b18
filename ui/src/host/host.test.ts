import { afterEach, describe, expect, it, vi } from "vitest";
import { browserHost, takeToken } from "./browser";
import { CommandError } from "./error";

afterEach(() => vi.unstubAllGlobals());

describe("the token", () => {
  it("leaves the address and is kept for a reload", () => {
    window.history.replaceState(null, "", "/#token=abc123");
    expect(takeToken(window.location, window.history, window.sessionStorage)).toBe("abc123");
    expect(window.location.href).not.toContain("abc123");
    expect(takeToken(window.location, window.history, window.sessionStorage), "after a reload").toBe("abc123");
  });
});

describe("the browser's carrier", () => {
  it("posts the arguments with the token and reads the answer", async () => {
    const fetched = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(new Response(JSON.stringify({ cursor: 7 }))));
    vi.stubGlobal("fetch", fetched);
    const answer = await browserHost("t0k").call("recent", { rows: 5 });
    expect(answer.cursor).toBe(7);
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/call/recent");
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ method: "POST", body: '{"rows":5}', headers: { Authorization: "Bearer t0k" } });
  });

  it("hands the core's own error on, with the place it names", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ code: "invalid_input", message: "unknown field", at: [3, 9] }), { status: 400 })));
    const error = await browserHost(null).call("events", { before: null, limit: 1, filter: "x" }).catch((thrown: unknown) => CommandError.from(thrown));
    expect(error).toMatchObject({ code: "invalid_input", message: "unknown field", at: [3, 9] });
  });

  it("says unreachable when nobody answers, and unauthorized for a bare 401", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(browserHost(null).call("hello", {})).rejects.toMatchObject({ code: "unreachable" });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("no", { status: 401 })));
    await expect(browserHost(null).call("hello", {})).rejects.toMatchObject({ code: "unauthorized" });
  });
});

describe("errors", () => {
  it("with a code this version does not know are internal", () => {
    expect(CommandError.from({ code: "brand_new", message: "m" }).code).toBe("internal");
  });

  it("with a malformed place have none", () => {
    expect(CommandError.from({ code: "invalid_input", message: "m", at: ["a"] }).at).toBeNull();
  });
});
