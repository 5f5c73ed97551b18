import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "@/app";
import type { Host } from "@/host";
import { closeEvent } from "@/route/selection";
import { startText } from "@/text";
import { fixtureHost } from "../../tests/fixtures/host";
import { prettyJson } from "./pretty-json";
import { worstFirst } from "./topbar";

function open(query: string, page = "overview"): { host: Host; calls: string[] } {
  window.location.hash = `#/${page}`;
  const inner = fixtureHost(new URLSearchParams(`lang=en&theme=dark&still&${query}`));
  const calls: string[] = [];
  const host: Host = {
    call: (name, args, signal) => {
      calls.push(`${name} ${JSON.stringify(args)}`);
      return inner.call(name, args, signal);
    },
  };
  render(<App host={host} />);
  return { host, calls };
}

beforeEach(() => {
  startText("en");
  closeEvent();
  localStorage.clear();
});

describe("the window", () => {
  it("shows what waits, and says the source's state in words", async () => {
    open("");
    expect(await screen.findByText("Needs you")).toBeVisible();
    expect(screen.getByText("RT-0093", { exact: false, selector: "p" })).toBeVisible();
    expect(screen.getAllByText("Live").length).toBeGreaterThan(0);
    expect(screen.getByRole("button", { name: "Approve RT-0093" }), "a button says what it is for to those who hear it").toBeVisible();
    expect(screen.getByRole("link", { name: /^Approvals\s*, \d+ waiting for approval$/ }), "what waits is heard once").toBeVisible();
    await waitFor(() => expect(document.title).toBe("(7) Overview · Watchdeck"));
  });

  it("approves what is chosen with A and asks for a reason with R", async () => {
    const { calls } = open("");
    await screen.findByText("Needs you");
    const user = userEvent.setup();
    await user.keyboard("jj");
    await user.keyboard("a");
    await waitFor(() => expect(calls.some((call) => call.startsWith('decide {"keys":["east/return:RT-0093"],"approve":true'))).toBe(true));
    expect((await screen.findAllByText("Approving…")).length, "it is held, and says so").toBeGreaterThan(0);
    for (let i = 0; i < 6; i += 1) await user.keyboard("j");
    await user.keyboard("r");
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Reject" }));
    expect(within(dialog).getByRole("alert"), "a rejection without a reason helps nobody").toBeVisible();
    await user.type(within(dialog).getByRole("textbox"), "counted twice");
    await user.click(within(dialog).getByRole("button", { name: "Reject" }));
    await waitFor(() => expect(calls.some((call) => call.includes('"approve":false,"reason":"counted twice"'))).toBe(true));
  });

  it("goes places with g and a letter, and shows help with ?", async () => {
    open("");
    await screen.findByText("Needs you");
    const user = userEvent.setup();
    await user.keyboard("ge");
    await waitFor(() => expect(window.location.hash).toBe("#/events"));
    expect(await screen.findByRole("grid", { name: "Events" })).toBeVisible();
    await user.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keyboard" })).toBeVisible();
  });

  it("blocks on a critical system alert until somebody says so", async () => {
    const { calls } = open("state=banner");
    const banner = await screen.findByRole("alertdialog");
    const user = userEvent.setup();
    await user.keyboard("{Escape}");
    expect(banner).toBeVisible();
    const seen = within(banner).getByRole("button", { name: "I have seen it" });
    await waitFor(() => expect(seen).toHaveFocus());
    seen.blur();
    await user.keyboard("ja");
    expect(calls.filter((call) => call.startsWith("decide")), "the page behind gets no keys").toEqual([]);
    seen.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(calls.some((call) => call.startsWith("acknowledge"))).toBe(true));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });

  it("is one banner for two hundred critical alerts, and one press", async () => {
    const { calls } = open("state=banners");
    const banner = await screen.findByRole("alertdialog");
    expect(banner).toHaveTextContent("200 critical system alerts");
    expect(banner).toHaveTextContent("and 195 more, under Alerts");
    await userEvent.setup().click(within(banner).getByRole("button", { name: "I have seen all 200" }));
    await waitFor(() => expect(calls.filter((call) => call.startsWith("acknowledge"))).toHaveLength(1));
  });

  it("says of alerts of several rules what each is, and how bad the worst", async () => {
    open("state=banner-all");
    const banner = await screen.findByRole("alertdialog");
    expect(banner).toHaveTextContent(/\d+ alerts that somebody has to see, the worst: Critical/);
    const lines = within(banner).getAllByRole("listitem");
    expect(lines[0]).toHaveTextContent("Critical");
    expect(lines.some((line) => line.textContent.includes("Low stock")), "each by its rule").toBe(true);
  });

  it("opens two doors at the first start, and tests a server in the open before it is kept", async () => {
    const { calls } = open("state=first");
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText("Address"), "ws://bad.local:3002");
    await user.click(screen.getByRole("button", { name: "Test connection" }));
    expect(await screen.findByText("Connection refused (os error 111)")).toBeVisible();
    expect(calls.some((call) => call.startsWith("change_settings")), "a failed test keeps nothing").toBe(false);
    await user.click(screen.getByRole("button", { name: "Back" }));
    await user.click(screen.getByRole("button", { name: "Start the simulator" }));
    expect(await screen.findByText("Event flow")).toBeVisible();
  });

  it("says what happened, what is safe and what to do when a page cannot be shown", async () => {
    open("state=error");
    const error = await screen.findByRole("alert");
    expect(error).toHaveTextContent("does not accept writes");
    expect(error).toHaveTextContent("nothing is lost");
    expect(within(error).getByRole("button", { name: "Retry" })).toBeVisible();
  });

  it("names what does not work on this machine, and lets only the harmless be put away", async () => {
    open("state=hints");
    const list = await screen.findByRole("list", { name: "Limits of this machine" });
    const user = userEvent.setup();
    expect(within(list).getAllByRole("listitem"), "the two mild ones share a line").toHaveLength(2);
    await user.click(within(list).getByRole("button", { name: "What to do" }));
    expect(within(list).getAllByRole("listitem")).toHaveLength(3);
    for (const button of within(list).getAllByRole("button")) await user.click(button);
    expect(within(list).getAllByRole("listitem")).toHaveLength(1);
    expect(list).toHaveTextContent("read-only");
  });
});

describe("the events", () => {
  it("keep the last good result while a filter is not understood", async () => {
    open("", "events");
    const input = await screen.findByRole("textbox", { name: "Filter" });
    const user = userEvent.setup();
    await user.type(input, "kind:finance");
    await waitFor(() => expect(screen.getByText(/match ·/)).toBeVisible());
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    await user.type(input, " colour:red");
    expect(await screen.findByRole("alert")).toHaveTextContent("“colour” is not understood");
    expect(input).toBeInvalid();
    expect(screen.getAllByRole("row").length, "the result on screen stays").toBeGreaterThan(5);
  });

  it("stand still with Space and go on with Space", async () => {
    open("", "events");
    await screen.findByRole("grid", { name: "Events" });
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    const user = userEvent.setup();
    await user.keyboard(" ");
    expect(await screen.findByRole("button", { name: "Resume" })).toBeVisible();
    await user.keyboard(" ");
    expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
  });

  it("have the keys after a click in the rail: Space is theirs and not the link's", async () => {
    open("", "overview");
    const user = userEvent.setup();
    const link = within(await screen.findByRole("navigation", { name: "Main navigation" })).getByRole("link", { name: /Events/ });
    await user.click(link);
    await screen.findByRole("grid", { name: "Events" });
    await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
    await user.keyboard(" ");
    expect(await screen.findByRole("button", { name: "Resume" })).toBeVisible();
    await user.click(link);
    expect(screen.getByRole("main"), "on the page already: the same").toHaveFocus();
  });

  it("open one in the drawer with j and Enter, and close it with Escape", async () => {
    open("", "events");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    const user = userEvent.setup();
    await user.keyboard("jj{Enter}");
    const drawer = await screen.findByRole("complementary", { name: "Event details" });
    expect(await within(drawer).findByText("Raw data")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary", { name: "Event details" })).toBeNull());
  });
});

describe("raw data", () => {
  it("is indented without touching a digit of its numbers", () => {
    expect(prettyJson('{"a":9007199254740993.10,"b":[1,{"c":"x,{\\"}"}],"d":{},"e":[]}')).toBe(
      '{\n  "a": 9007199254740993.10,\n  "b": [\n    1,\n    {\n      "c": "x,{\\"}"\n    }\n  ],\n  "d": {},\n  "e": []\n}',
    );
  });

  it("that is a bare text stays one", () => {
    expect(prettyJson('"闭馆通知"')).toBe('"闭馆通知"');
  });
});

describe("small judgements", () => {
  it("the source that needs a person comes first", () => {
    const base = { realm: "", name: "", url: "", demo: false, latency_ms: null, last_event_at: null, last_sign_at: null, colour: "blue", dialect: "", skew_ms: null, polling: false, covers_since: null, resembles: [] as string[] } as const;
    const order = worstFirst([
      { ...base, id: "live", state: { kind: "live" } },
      { ...base, id: "login", state: { kind: "needs_login", detail: "Token expired" } },
      { ...base, id: "stale", state: { kind: "stale", since: 0, usual_ms: 0, learned: true } },
    ]);
    expect(order.map((source) => source.id)).toEqual(["login", "stale", "live"]);
  });
});
