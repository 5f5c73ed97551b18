import { describe, expect, it } from "vitest";
import { BLANK, type Draft } from "./draft";
import { firstProblem, isSocketUrl, meantAddress, problemsOf } from "./problems";

const good: Draft = { ...BLANK, url: "wss://erp.example:3002" };

it("only a WebSocket address can be dialled", () => {
  expect(["ws://10.0.0.2:3002", "WSS://erp.example/ws"].every(isSocketUrl)).toBe(true);
  expect(["http://erp", "erp:3002", "ws://", "ws:///nowhere", ""].some(isSocketUrl)).toBe(false);
});

describe("the address that was meant", () => {
  it.each([
    ["http://erp.example:3002/x", "ws://erp.example:3002/x"],
    ["https://erp.example", "wss://erp.example"],
    ["erp.example:3002", "wss://erp.example:3002"],
    ["192.168.1.20:3002/ws", "ws://192.168.1.20:3002/ws"],
    ["172.20.0.4", "ws://172.20.0.4"],
    ["localhost:3002", "ws://localhost:3002"],
    ["erp:3002", "ws://erp:3002"],
    ["[::1]:3002", "ws://[::1]:3002"],
    ["仓库.example:3002", "wss://仓库.example:3002"],
  ])("of %s is %s", (typed, meant) => {
    expect(meantAddress(typed)).toBe(meant);
  });

  it("is nobody's guess for the rest", () => {
    expect(["ftp://erp", "erp example", "://", ""].map(meantAddress)).toEqual([null, null, null, null]);
  });
});

describe("a draft", () => {
  it("with an address is good", () => {
    expect(problemsOf(good)).toEqual({});
  });

  it("without one is not, and offers the repair it knows", () => {
    expect(problemsOf(BLANK).url?.key).toBe("urlEmpty");
    const { url } = problemsOf({ ...BLANK, url: "https://erp.example" });
    expect(url?.repair?.patch).toEqual({ url: "wss://erp.example" });
    expect(problemsOf({ ...BLANK, url: "ws://" }).url?.key).toBe("urlBad");
  });

  it("keeps secrets out of the address", () => {
    expect(problemsOf({ ...good, url: "wss://me:pw@erp.example" }).url?.key).toBe("urlSecret");
    const { proxyUrl } = problemsOf({ ...good, proxyKind: "through", proxyUrl: "http://me:p%40w@proxy:8080" });
    expect(proxyUrl?.repair?.patch, "each goes into its own field").toEqual({ proxyUrl: "http://proxy:8080", proxyUser: "me", proxyPassword: "p@w" });
  });

  it("names the placeholder that nothing fills in", () => {
    expect(problemsOf({ ...good, historyPath: "/api/events?from={from}&ch={channel}&z={zone}" }).historyPath).toEqual({ key: "placeholder", value: "{zone}" });
    expect(problemsOf({ ...good, historyPath: "/api/events?from={from_iso}&to={to_iso}&ch={channel}" })).toEqual({});
    expect(problemsOf({ ...good, historyPath: "https://erp.example/h?a={from}&b={to}" })).toEqual({});
    expect(problemsOf({ ...good, historyPath: "api/events" }).historyPath?.key).toBe("historyPath");
  });

  it("asks in whole seconds, and only where there is something to ask", () => {
    for (const pollSeconds of ["0", "1.5", "x", "", "3601"]) expect(problemsOf({ ...good, historyPath: "/h", pollSeconds }).pollSeconds?.key, pollSeconds).toBe("seconds");
    expect(problemsOf({ ...good, pollSeconds: "x" })).toEqual({});
  });

  it("needs a proxy's address only where one is used", () => {
    expect(problemsOf({ ...good, proxyKind: "through" }).proxyUrl?.key).toBe("proxyEmpty");
    expect(problemsOf({ ...good, proxyKind: "direct", proxyUrl: "nonsense://" })).toEqual({});
    expect(problemsOf({ ...good, proxyKind: "through", proxyUrl: "proxy.example:8080" }).proxyUrl?.repair?.shown).toBe("http://proxy.example:8080");
    expect(problemsOf({ ...good, proxyKind: "through", proxyUrl: "http://p", proxyPassword: "x" }).proxyUser?.key).toBe("proxyUser");
  });

  it("does not take cookies for a session", () => {
    expect(problemsOf({ ...good, token: "Cookie: theme=dark" }).token?.key).toBe("cookieMissing");
  });

  it("is led to its first wrong field, in the order of the form", () => {
    expect(firstProblem(problemsOf({ ...BLANK, wakeUrl: "x" }))).toBe("url");
    expect(firstProblem(problemsOf({ ...good, wakeUrl: "x", caFile: "y" }))).toBe("wakeUrl");
    expect(firstProblem({})).toBeNull();
  });
});
