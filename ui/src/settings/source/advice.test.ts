import { expect, it } from "vitest";
import type { SourceTest } from "@/bindings/SourceTest";
import { adviceOn, adviceOnWords, detectedBy, plannedSteps, stepRows, stoppedAt } from "./advice";
import { BLANK, type Draft } from "./draft";

const step = (name: string, detail = "", ok = false) => ({ step: name, ok, detail, ms: 1 });
const erp: Draft = { ...BLANK, url: "wss://erp.example", dialect: "erp" };

it("an ERP where nobody listens may only need to be woken", () => {
  expect(adviceOn(step("connect"), erp, false)).toEqual({ key: "connectErp", field: "wakeUrl" });
  expect(adviceOn(step("connect"), { ...erp, wakeUrl: "http://erp/api/ws" }, false).key).toBe("connectWake");
  expect(adviceOn(step("connect"), { ...erp, dialect: "native" }, false)).toEqual({ key: "connect", field: "url" });
});

it("who gave no token is asked for one, who gave one for another", () => {
  expect(adviceOn(step("sign_in", "HTTP 401"), erp, false).key).toBe("signInNone");
  expect(adviceOn(step("sign_in", "HTTP 401"), erp, true)).toEqual({ key: "signInRefused", field: "token" });
});

it("the reasons that the protocols fix are understood", () => {
  expect(adviceOn(step("sign_in", "Token expired"), erp, true).key).toBe("expired");
  expect(adviceOn(step("sign_in", "禁止的来源"), erp, true)).toEqual({ key: "origin", field: "origin" });
  expect(adviceOnWords("禁止的来源 (we said http://erp:3002; …)")?.key).toBe("origin");
  expect(adviceOnWords("Authentication failed (the cookie has expired, or …)")?.key, "two causes, two remedies").toBe("signInEither");
  expect(adviceOnWords("4503 revoked")?.key).toBe("signInRefused");
  expect(adviceOnWords("4504 limit")?.key).toBe("limit");
  expect(adviceOnWords("Token expired, says somebody else"), "words that no protocol fixes").toBeNull();
});

it("every other step leads to the field that can mend it", () => {
  expect(adviceOn(step("tls"), erp, false).field).toBe("caFile");
  expect(adviceOn(step("address"), erp, false).field).toBe("url");
  expect(adviceOn(step("detect"), erp, false).field).toBe("dialect");
  expect(adviceOn(step("proxy"), { ...erp, proxyKind: "through" }, false).field).toBe("proxyUrl");
  expect(adviceOn(step("subscribe"), { ...erp, channels: "x" }, false)).toEqual({ key: "subscribeSome", field: "channels" });
  expect(adviceOn(step("history"), erp, false).field).toBe("historyPath");
  expect(adviceOn(step("something new"), erp, false)).toEqual({ key: "other", field: null });
});

it("the steps to come are those this draft needs", () => {
  expect(plannedSteps({ ...BLANK, url: "ws://h" })).toEqual(["address", "connect", "detect", "sign_in", "subscribe"]);
  expect(plannedSteps({ ...erp, historyPath: "/h", proxyKind: "through" })).toEqual(["proxy", "tls", "sign_in", "subscribe", "history"]);
});

it("steps that were never reached stay on the list, after a good try there are none", () => {
  const failed: SourceTest = { ok: false, steps: [step("address", "", true), step("connect")] };
  expect(stepRows(failed, plannedSteps(erp)).map((row) => [row.name, row.taken?.ok])).toEqual([
    ["address", true],
    ["connect", false],
    ["tls", undefined],
    ["sign_in", undefined],
    ["subscribe", undefined],
  ]);
  expect(stoppedAt(failed)?.step).toBe("connect");
  const proxied: SourceTest = { ok: false, steps: [step("proxy")] };
  expect(stepRows(proxied, plannedSteps(erp)).map((row) => row.name), "the environment named a proxy, which looks the address up itself").toEqual(["proxy", "tls", "sign_in", "subscribe"]);
  const good: SourceTest = { ok: true, steps: [step("address", "", true)] };
  expect(stepRows(good, plannedSteps(erp)).map((row) => row.name)).toEqual(["address"]);
  expect(stoppedAt(good)).toBeNull();
});

it("a kind that was found out is known by its name, however it is spelled", () => {
  const found = (detail: string, ok = true) => detectedBy({ ok, steps: [step("detect", detail, ok)] });
  expect([found("SocketIo"), found("socket_io"), found("Erp"), found("native"), found("Hub")]).toEqual(["socket_io", "socket_io", "erp", "native", "hub"]);
  expect([found("something new"), found("Erp", false)]).toEqual([null, null]);
});
