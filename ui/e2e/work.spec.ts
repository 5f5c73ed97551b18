// What people do all day: decide, look closer, pause, acknowledge, live through a lost feed.

import type { Locator } from "@playwright/test";
import { type Console, expect, open, test } from "./console";

/** How far the simulator's clock, as the core sees it, may be from the core's own, ms. */
const CLOCKS = 2_000;

/** Somebody asks now, and the row of it, held by its number: the simulator's own people decide what has waited for minutes, and at a start the core is still
 * reading what was decided before. */
async function aNewRequest(demo: Console, queue: Locator): Promise<{ row: Locator; number: string }> {
  const { now } = await demo.call("hello", {});
  await demo.incident("approval_burst");
  let number = "";
  const asked = async () => {
    const { pending } = await demo.call("approvals", {});
    number = pending.find((each) => each.requested_at >= now - CLOCKS && each.can_decide && each.decision === null && each.needs.length === 0)?.number ?? "";
    return number;
  };
  await expect.poll(asked).not.toBe("");
  return { row: queue.getByRole("row").filter({ hasText: number }), number };
}

test("an approved request goes to the ERP and comes back confirmed", async ({ page, demo }) => {
  await open(page, demo, "approvals");
  const queue = page.getByRole("grid", { name: "Waiting" });
  const { row, number } = await aNewRequest(demo, queue);
  await row.getByRole("button", { name: "Approve" }).click();
  const past = page.getByRole("grid", { name: "History" }).getByRole("row").filter({ hasText: number });
  await expect(past).toContainText("Approved");
  await expect(queue.getByRole("row").filter({ hasText: number })).toHaveCount(0);
});

test("a decision is taken back within its seconds, and nothing reaches the ERP; one that is let go on is handed on", async ({ page, demo }) => {
  await open(page, demo, "approvals");
  const queue = page.getByRole("grid", { name: "Waiting" });
  const { row, number } = await aNewRequest(demo, queue);
  const strip = page.getByRole("region", { name: "Notifications" });
  await row.getByRole("button", { name: "Approve" }).click();
  await expect(row).toContainText("Approving…");
  await expect(strip).toContainText(`Approving ${number}`);
  await page.keyboard.press("z");
  await expect(row.getByRole("button", { name: "Approve" })).toBeVisible();
  await expect(strip).not.toContainText(`Approving ${number}`);
  // It is as if nobody had decided: the opposite can be decided, and is what the ERP hears.
  await row.getByRole("button", { name: /Reject/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(number);
  await dialog.getByRole("textbox").fill("Changed my mind");
  await dialog.getByRole("button", { name: "Reject", exact: true }).click();
  await expect(row).toContainText("Rejecting…");
  const past = page.getByRole("grid", { name: "History" }).getByRole("row").filter({ hasText: number });
  await expect(past).toContainText("Rejected");
  await expect(past).toHaveCount(1);
});

test("the name is asked for once, before the first decision", async ({ page, demo }) => {
  await open(page, demo, "approvals", { user_name: "" });
  const queue = page.getByRole("grid", { name: "Waiting" });
  const { row, number } = await aNewRequest(demo, queue);
  await row.getByRole("button", { name: "Approve" }).click();
  const dialog = page.getByRole("dialog", { name: "Your name for approvals" });
  await dialog.getByRole("textbox").fill("Lin Xiaomei");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("grid", { name: "History" }).getByRole("row").filter({ hasText: number })).toContainText("Lin Xiaomei");
  expect((await demo.call("hello", {})).settings.user_name).toBe("Lin Xiaomei");
});

test("a request is rejected with a reason, and not without one", async ({ page, demo }) => {
  await open(page, demo, "approvals");
  const queue = page.getByRole("grid", { name: "Waiting" });
  const { row, number } = await aNewRequest(demo, queue);
  await row.getByRole("button", { name: /Reject/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(dialog.getByText("Give a reason")).toBeVisible();
  await dialog.getByRole("textbox").fill("Quote is missing");
  await dialog.getByRole("button", { name: "Reject" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("grid", { name: "History" }).getByRole("row").filter({ hasText: number })).toContainText("Rejected");
});

test("a paused list stands still, counts what it does not show, and shows it on resume", async ({ page, demo }) => {
  await open(page, demo, "events");
  const rows = page.getByRole("grid", { name: "Events" }).getByRole("row");
  await expect(rows.nth(5)).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  const first = await rows.nth(1).getAttribute("id");
  await expect(page.getByText(/^(\d{2,}|[5-9]) new$/).first()).toBeVisible();
  expect(await rows.nth(1).getAttribute("id")).toBe(first);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText(/^\d+ new$/)).toHaveCount(0);
  await expect.poll(() => rows.nth(1).getAttribute("id")).not.toBe(first);
});

test("a bad filter is marked and the last good result stays", async ({ page, demo }) => {
  await open(page, demo, "events");
  const rows = page.getByRole("grid", { name: "Events" }).getByRole("row");
  const filter = page.getByRole("textbox", { name: "Filter" });
  await filter.fill("kind:inventory:*");
  await expect(page.getByText(/^[1-9]\d* match/)).toBeVisible();
  await filter.fill("kind:inventory:* severity>>");
  await expect(page.getByRole("alert")).toContainText("is not understood");
  await expect(filter).toHaveAttribute("aria-invalid", "true");
  await expect(rows.nth(3)).toBeVisible();
});

test("a row opens the drawer with what changed and the raw payload", async ({ page, demo }) => {
  await open(page, demo, "events");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("grid", { name: "Events" }).getByRole("row").nth(2).click();
  const drawer = page.getByRole("complementary", { name: "Event details" });
  await expect(drawer).toContainText("Raw data");
  await expect(drawer).toContainText('"type"');
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
});

test("the keyboard reaches pages, the palette and the help", async ({ page, demo }) => {
  await open(page, demo);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page).toHaveURL(/#\/approvals$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("invent");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/inventory$/);
});

test("a critical alert blocks the window until somebody has seen it", async ({ page, demo }) => {
  await open(page, demo);
  await demo.incident("printer_down");
  const banner = page.getByRole("alertdialog");
  await expect(banner).toContainText("Critical system alert");
  await page.keyboard.press("Escape");
  await expect(banner).toBeVisible();
  await banner.getByRole("button", { name: "I have seen it" }).click();
  await expect(banner).toHaveCount(0);
});

test("a cut feed is said at once, and what happened meanwhile is caught up", async ({ page, demo }) => {
  await open(page, demo);
  const bar = page.getByRole("banner");
  await expect(bar.getByText("Live").first()).toBeVisible();
  const before = (await demo.call("recent", { rows: 1 })).cursor;
  await demo.incident("feed_cut");
  await expect(bar.getByText(/^Offline/).first()).toBeVisible();
  await expect(bar.getByText(/^Offline/)).toHaveCount(0, { timeout: 45_000 });
  await expect(bar.getByText("Live").first()).toBeVisible();
  // Fifteen seconds at five events a second; half of it leaves room for a slow machine.
  await expect.poll(async () => (await demo.call("recent", { rows: 1 })).cursor).toBeGreaterThan(before + 40);
});
