import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Batch } from "@/bindings/Batch";
import type { Severity } from "@/bindings/Severity";
import { aged, passNotices, STAYS, toast, type Told, visible } from "@/parts/notice";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  passNotices(10 * STAYS);
});

const area = async () => within(await screen.findByRole("region", { name: /^Notifications/ }));

it("shows what the core tells where nothing else can, and takes it away when the core does", async () => {
  const asked = openPage("events", {}, "state=hints");
  const notices = await area();
  expect(await notices.findByText("Low stock: Tile 0")).toBeInTheDocument();
  const user = userEvent.setup();
  await user.click(notices.getByRole("button", { name: "Acknowledge" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "notice_answered").map((each) => each.args)).toEqual([{ id: "low_stock:T-0", action: "acknowledge" }]));
  await waitFor(() => expect(notices.queryByText("Low stock: Tile 0")).toBeNull());
});

it("rejects a request from its notification with the reason that every rejection needs", async () => {
  const asked = openPage("events", {}, "state=hints");
  const notices = await area();
  const user = userEvent.setup();
  await user.click(await notices.findByRole("button", { name: "Next of 2" }));
  await user.click(await notices.findByRole("button", { name: "Reject" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "counted twice");
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "counted twice", versions: expect.anything() }));
});

it("asks once for the reason of a rejection that was begun on a notification outside", async () => {
  const request = { key: "east/return:RT-0093", number: "RT-0093", amount: "8460.00", unread: null, currency: "CNY", requester: "陈晨", open_url: null, needs: [], for_whom: [], version: 1 };
  let begun = true;
  const begin = (batch: Batch): Batch => ({ ...batch, frame: { ...batch.frame, to_reject: begun ? request : null } });
  const asked = openPage("events", {
    recent: async (_args, otherwise) => begin(await otherwise()),
    next_batch: async (_args, otherwise) => begin(await otherwise()),
    notice_answered: ({ action }) => ((begun = action !== "asked"), null),
  });
  const dialog = within(await screen.findByRole("dialog", { name: "Reject RT-0093" }));
  const user = userEvent.setup();
  await user.type(dialog.getByRole("textbox"), "counted twice");
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: [request.key], approve: false, reason: "counted twice", versions: expect.anything() }));
  expect(asked.filter((each) => each.name === "notice_answered").map((each) => each.args)).toEqual([{ id: request.key, action: "asked" }]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("tells nothing of its own where the system can", async () => {
  openPage("alerts");
  await screen.findByRole("grid", { name: "Alerts" });
  expect(screen.queryByText("Low stock: Tile 0")).toBeNull();
});

it("lets the core show the test of a severity", async () => {
  const asked = openPage("settings", {}, "state=hints");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /Test · Critical|Try · Critical/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "test_delivery")?.args).toEqual({ severity: "critical" }));
});

it("is one line in the page's flow, above nothing, however many they are", async () => {
  openPage("events", {}, "state=hints");
  const notices = await area();
  expect(await notices.findByText("1 of 2")).toBeInTheDocument();
  expect(notices.queryByText("Awaits approval: Return RT-0093"), "the other waits behind the count").toBeNull();
  const line = notices.getByText("Low stock: Tile 0").closest("section");
  for (let at: Element | null = line; at !== null; at = at.parentElement) expect(at.className, "nothing of it is taken out of the flow").not.toMatch(/\b(fixed|absolute|z-\d+)\b/);
  expect(line?.nextElementSibling?.contains(await screen.findByRole("main")) || line?.parentElement?.contains(screen.getByRole("main"))).toBe(true);
  await userEvent.setup().click(notices.getByRole("button", { name: "Next of 2" }));
  expect(await notices.findByText("Awaits approval: Return RT-0093")).toBeInTheDocument();
});

it("lets a press pass by that was aimed before the page moved", async () => {
  openPage("events");
  const notices = await area();
  const main = await screen.findByRole("main");
  const pressed = vi.fn();
  main.addEventListener("click", pressed);
  const press = (x: number, detail = 1) => fireEvent.click(main, { clientX: x, clientY: 300, detail });
  fireEvent.pointerMove(main, { clientX: 500, clientY: 300 });
  press(500);
  expect(pressed).toHaveBeenCalledTimes(1);
  act(() => toast("Copied"));
  await notices.findByText("Copied");
  press(500);
  expect(pressed, "the pointer stood still").toHaveBeenCalledTimes(1);
  press(540);
  press(500, 0);
  expect(pressed, "one that went somewhere else, and a key").toHaveBeenCalledTimes(3);
});

it("says what became of something in the same strip", async () => {
  openPage("events");
  const notices = await area();
  act(() => toast("Copied"));
  expect(await notices.findByText("Copied")).toBeInTheDocument();
});

it("tells the core that time took a notice away", async () => {
  const asked = openPage("events", {}, "state=hints");
  await (await area()).findByText("Low stock: Tile 0");
  act(() => passNotices(STAYS));
  await waitFor(() => expect(asked.filter((each) => each.name === "notice_answered").map((each) => each.args)).toContainEqual({ id: "low_stock:T-0", action: "closed" }));
});

it("tells nothing of the page that one is looking at", async () => {
  openPage("alerts", {}, "state=hints");
  const notices = await area();
  expect(await notices.findByText("Awaits approval: Return RT-0093")).toBeInTheDocument();
  expect(notices.queryByText("1 of 2")).toBeNull();
});

describe("the strip", () => {
  const told = (id: string, severity: Severity, about: string | null = null, left = STAYS): Told => ({ notice: { id, severity, title: id, body: "", about, actions: [] }, left, onGone: () => undefined });
  const ids = (all: readonly Told[]) => all.map(({ notice }) => notice.id);

  it("has the worst first, and of these the newest", () => {
    expect(ids(visible([told("old", "warning"), told("new", "warning"), told("done", "success"), told("grave", "critical")], "events"))).toEqual(["grave", "new", "old", "done"]);
  });

  it("leaves out what the page shows", () => {
    const all = [told("request", "warning", "approvals"), told("alert", "critical", "alerts")];
    expect(ids(visible(all, "approvals"))).toEqual(["alert"]);
    expect(ids(visible(all, "alerts"))).toEqual(["request"]);
    expect(ids(visible(all, "overview"))).toHaveLength(2);
  });

  it("loses after eight seconds what is not critical", () => {
    const all = [told("a", "warning"), told("b", "critical")];
    expect(ids(aged(all, 7_900).goes)).toEqual([]);
    expect(ids(aged(all, 8_000).goes)).toEqual(["a"]);
    expect(ids(aged(all, 3_600_000).stays), "until somebody answers it").toEqual(["b"]);
  });
});

it("holds what the pointer is on", async () => {
  // The clock of the window is this test's; everything else waits as ever.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const pass = (ms: number) => {
    for (let at = 0; at < ms; at += 500) act(() => void vi.advanceTimersByTime(500));
  };
  try {
    openPage("events");
    const notices = await area();
    act(() => toast("Copied"));
    const line = await notices.findByText("Copied");
    const user = userEvent.setup();
    await user.hover(line);
    pass(STAYS + 2_500);
    expect(notices.getByText("Copied"), "it is being read").toBeInTheDocument();
    await user.unhover(line);
    pass(STAYS + 2_500);
    expect(notices.queryByText("Copied")).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});
