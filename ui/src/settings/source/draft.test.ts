import { expect, test } from "vitest";
import type { Source } from "@/bindings/Source";
import { advancedParts, BLANK, blankBeside, channelsOf, draftOf, sameTry, sourceOf } from "./draft";

const east: Source = {
  id: "east",
  name: "East",
  url: "ws://10.0.0.2:3002",
  dialect: "erp",
  channels: ["inventory", "orders"],
  token: null,
  paused: true,
  demo: false,
  colour: "violet",
  user_id: "",
  user_role: "",
  user_name: "",
  origin: "",
  wake_url: "http://10.0.0.2:3000/api/ws",
  login_url: "",
  history_path: "/api/events?from={from}",
  poll_seconds: 30,
  open_urls: { return: "https://erp.example/r/{id}", "*": "https://erp.example/" },
  expect_minutes: 45,
  ca_file: "/etc/ssl/own.pem",
  proxy: "http://proxy.example:8080",
  proxy_user: "me",
  proxy_password: null,
  time_zone: "Asia/Shanghai",
  currency: "CNY",
  same_as: "west",
};

test("a source that is opened and saved unchanged is the same source", () => {
  expect(sourceOf(draftOf(east), east, "new")).toEqual(east);
  for (const proxy of ["", "direct"]) expect(sourceOf(draftOf({ ...east, proxy, proxy_user: "" }), east, "new").proxy).toBe(proxy);
});

test("channels come with commas, spaces or Chinese punctuation, each once", () => {
  expect(channelsOf(" inventory，orders、finance orders ")).toEqual(["inventory", "orders", "finance"]);
  expect(channelsOf("")).toEqual([]);
});

test("a source without a name is called by its host", () => {
  expect(sourceOf({ ...BLANK, url: " ws://10.0.0.2:3002/ws " }, null, "new")).toMatchObject({ id: "new", name: "10.0.0.2:3002", url: "ws://10.0.0.2:3002/ws", token: null });
});

test("of what was pasted only the session becomes the token, under its own name", () => {
  expect(sourceOf({ ...BLANK, url: "ws://h", token: "Cookie: a=b; next-auth.session-token=abc" }, null, "new").token).toBe("next-auth.session-token=abc");
});

test("what a choice leaves out is not saved behind its back", () => {
  const draft = { ...draftOf(east), userId: "7", userRole: "ROLE_ADMIN", proxyPassword: "pw" };
  expect(sourceOf(draft, east, "new"), "an ERP is told whose personal notifications are wanted, and no role").toMatchObject({ user_id: "7", user_role: "", proxy_password: "pw" });
  expect(sourceOf({ ...draft, dialect: "socket_io", proxyKind: "direct" }, east, "new")).toMatchObject({ user_id: "7", user_role: "ROLE_ADMIN", proxy: "direct", proxy_user: "", proxy_password: null });
});

test("a new source takes the first colour that is free", () => {
  expect(blankBeside([{ ...east, colour: "blue" }]).colour).toBe("teal");
  expect(blankBeside([]).colour).toBe("blue");
});

test("a try of another name or colour is the same try, of another token it is not", () => {
  const draft = draftOf(east);
  expect(sameTry(draft, { ...draft, name: "x", colour: "rose" })).toBe(true);
  expect(sameTry(draft, { ...draft, token: "x" })).toBe(false);
});

test("a closed fold tells what is set behind it", () => {
  expect(advancedParts(BLANK)).toEqual([]);
  expect(advancedParts(draftOf(east))).toEqual(["currency", "timeZone", "wakeUrl", "historyPath", "openUrls", "expectMinutes", "caFile", "proxy"]);
});
