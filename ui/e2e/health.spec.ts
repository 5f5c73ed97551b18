// Feed health and honesty, against a real core: gaps and what fills them, late events, clocks that differ, frames nobody can read, polling, an archive for help.

import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { stat } from "node:fs/promises";
import type { Source } from "@/bindings/Source";
import { aSource } from "../tests/fixtures/links";
import { Console, expect, open, test } from "./console";
import { Erp } from "./erp";

const SESSION = "good-session";
const TWO_HOURS = 7_200_000;
/** Where nobody listens. */
const NOWHERE = "ws://127.0.0.1:9";

let watched: Console;
let branch: Erp;
let ahead: Erp;
test.beforeAll(async () => {
  branch = await Erp.start(SESSION);
  ahead = await Erp.start(SESSION);
  ahead.ahead = TWO_HOURS;
  watched = await Console.start("--demo");
  await add(aSource({ id: "branch", name: "Branch ERP", url: branch.url, dialect: "erp", token: SESSION, colour: "teal", history_path: "/history?from={from}&to={to}", poll_seconds: 5 }));
  await add(aSource({ id: "ahead", name: "Fast clock", url: ahead.url, dialect: "erp", token: SESSION, colour: "violet" }));
});
test.afterAll(async () => {
  await watched.stop();
  await branch.stop();
  await ahead.stop();
});

async function add(source: Source): Promise<void> {
  const { settings } = await watched.call("hello", {});
  await watched.set({ sources: [...settings.sources, source] });
}

const card = (page: Page, name: string): Locator => page.getByRole("article", { name });
const rows = (page: Page): Locator => page.getByRole("grid", { name: "Events" }).getByRole("row");

async function keepsTheRules(page: Page): Promise<void> {
  const report = await new AxeBuilder({ page }).analyze();
  expect(report.violations.map((violation) => `${violation.id} (${violation.impact}): ${violation.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
}

test("the page says what every source speaks, since when it is connected, and that all is well", async ({ page }) => {
  await open(page, watched, "health");
  await expect(card(page, "Branch ERP")).toContainText("Live");
  await expect(card(page, "Branch ERP")).toContainText("ERP server");
  await expect(card(page, "Branch ERP").getByRole("listbox")).toHaveAccessibleName(/connected [\d.]+%/);
  await expect(card(page, "Fast clock")).toContainText(/The server's clock is (2 hr|1 hr 59 min) ahead ±/);
  await expect(page.getByRole("region", { name: "Summary" })).toContainText("All good3 sources live");
  await keepsTheRules(page);
});

test("a row happened when it happened by our clock, and is late only when it is", async ({ page }) => {
  await open(page, watched, "events");
  await page.getByRole("textbox", { name: "Filter" }).fill("source:ahead");
  await expect(rows(page).nth(3)).toContainText("Oak board of the test");
  await expect(rows(page).nth(3), "two hours of clock are not two hours of lateness").not.toContainText("late by");
  ahead.publish({ action: "inbound", productId: "E2E-2", productName: "Forgotten pallet", oldQuantity: 0, newQuantity: 4, changeAmount: 4, operator: "Emma Clarke" }, 300_000);
  const late = rows(page).filter({ hasText: "Forgotten pallet" });
  await expect(late).toContainText("late by 5 min");
  await late.click();
  const drawer = page.getByRole("complementary", { name: "Event details" });
  await expect(drawer).toContainText(/5 min( \d+ sec)? · server clock (2 hr|1 hr 59 min).* ahead, corrected/);
  await expect(drawer).toContainText("Fast clock");
  await keepsTheRules(page);
});

test("a cut line leaves a gap in the stream, and the server's history fills it", async ({ page }) => {
  await open(page, watched, "events");
  await page.getByRole("textbox", { name: "Filter" }).fill("kind:watchdeck:* source:branch");
  branch.cut();
  await expect(page.getByText(/^Possible gap \d\d:\d\d:\d\d – \d\d:\d\d:\d\d/).first()).toBeVisible();
  await expect(page.getByText(/^filled from history: \d+ events?$/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/^Gap filled from history: \d+ events? · Branch ERP/).first()).toBeVisible();
  await open(page, watched, "health");
  await expect(page.getByRole("grid", { name: "Possible gaps" }).getByRole("row").filter({ hasText: "Branch ERP" }).first()).toContainText(/filled: \d+ event/);
  await card(page, "Branch ERP").getByRole("button", { name: /^Connection lost/ }).click();
  await expect(card(page, "Branch ERP").getByRole("listitem").first()).toContainText(/the connection broke|the server closed the connection/);
});

test("a cut line without a history stays a gap that nobody overlooks", async ({ page }) => {
  await open(page, watched, "overview");
  ahead.cut();
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Feed health" }).click();
  await expect(page.getByRole("grid", { name: "Possible gaps" }).getByRole("row").filter({ hasText: "Fast clock" }).first()).toContainText("not filled");
  await expect(page.getByRole("region", { name: "Summary" })).toContainText(/gaps? not filled/);
  await page.getByRole("grid", { name: "Possible gaps" }).getByRole("row").filter({ hasText: "Fast clock" }).first().click();
  await expect(page.getByRole("complementary", { name: "Event details" })).toContainText("Not filled:");
  await keepsTheRules(page);
});

test("the strip tells each stretch to the keyboard", async ({ page }) => {
  branch.cut();
  await open(page, watched, "health");
  await expect(card(page, "Branch ERP").getByText("Live", { exact: true }).first()).toBeVisible();
  const strip = card(page, "Branch ERP").getByRole("listbox");
  await strip.focus();
  await expect(strip.getByRole("option", { selected: true })).toHaveAccessibleName(/^Live since \d\d:\d\d:\d\d/);
  await page.keyboard.press("Home");
  for (let i = 0; i < 12 && !/the connection broke|closed the connection/.test((await strip.getByRole("option", { selected: true }).getAttribute("aria-label")) ?? ""); i += 1) await page.keyboard.press("ArrowRight");
  await expect(strip.getByRole("option", { selected: true }), "the cut is one of the stretches, with its reason").toHaveAccessibleName(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d .*(the connection broke|closed the connection)/);
  await page.getByRole("radio", { name: "24 hours" }).click();
  await expect(page.getByRole("radio", { name: "24 hours" })).toHaveAttribute("aria-checked", "true");
});

test("a frame that nobody can read is kept to be looked at", async ({ page }) => {
  await open(page, watched, "health");
  branch.say('{"channel":"inventory","data":{"type":"inventory:change","remark":"half a fr');
  await page.getByRole("tab", { name: /Malformed frames/ }).click();
  const frame = page.getByRole("list", { name: "Malformed frames" }).getByRole("button").first();
  await expect(frame).toContainText("Branch ERP");
  await frame.click();
  await expect(page.getByLabel("Start of the frame")).toContainText("half a fr");
  await keepsTheRules(page);
});

test("a value that nobody understands is counted, with what stood there, and leads to its events", async ({ page }) => {
  await open(page, watched, "health");
  branch.publish({ action: "inbound", productId: "E2E-4", productName: "Uncounted pallet", oldQuantity: 0, newQuantity: "quite a lot", operator: "Emma Clarke" });
  await page.getByRole("tab", { name: /^Values not read/ }).click();
  const field = page.getByRole("list", { name: "Values of Branch ERP that could not be read" }).getByRole("listitem").filter({ hasText: "Quantity after" });
  await expect(field).toContainText("Stock change · Quantity after · inventory");
  await expect(field).toContainText("quite a lot");
  await expect(field).toContainText("once");
  await keepsTheRules(page);
  await field.getByRole("button", { name: "Open" }).click();
  const drawer = page.getByRole("complementary", { name: "Event details" });
  await expect(drawer).toContainText("Uncounted pallet");
  await page.keyboard.press("Escape");
  await field.getByRole("button", { name: "Show the events of this source and kind" }).click();
  await expect(page.getByRole("textbox", { name: "Filter" })).toHaveValue("source:branch kind:inventory:change");
  await expect(rows(page).nth(1)).toContainText("from Branch ERP");
});

test("where no WebSocket gets through, events come by asking, and the window says so", async ({ page }) => {
  await open(page, watched, "overview");
  branch.blocked = true;
  branch.cut();
  const bar = page.getByRole("banner");
  await expect(bar.getByText("Polling every 5 sec")).toBeVisible({ timeout: 45_000 });
  await expect(bar.getByText(/^WebSocket is blocked: .*400/)).toBeVisible();
  branch.publish({ action: "inbound", productId: "E2E-3", productName: "Asked for", oldQuantity: 0, newQuantity: 9, changeAmount: 9, operator: "Emma Clarke" });
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Feed health" }).click();
  await expect(card(page, "Branch ERP")).toContainText("Events arrive late, but none are lost.");
  await keepsTheRules(page);
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Events" }).click();
  await page.getByRole("textbox", { name: "Filter" }).fill('"Asked for"');
  await expect(rows(page).filter({ hasText: "Asked for" })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Feed health" }).click();
  // While nothing gets through: once something does, it connects by itself, and there is no button any more.
  await card(page, "Branch ERP").getByRole("button", { name: "Reconnect now" }).click();
  branch.blocked = false;
  await expect(card(page, "Branch ERP").getByText("Live", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
});

test("rows are asked for one source, and say which one they came through", async ({ page }) => {
  await open(page, watched, "events");
  await page.getByRole("button", { name: "Source: All sources" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Branch ERP" }).click();
  await expect(page.getByRole("textbox", { name: "Filter" })).toHaveValue("source:branch");
  await expect(rows(page).nth(2)).toContainText("from Branch ERP");
  await keepsTheRules(page);
});

test("one click makes an archive that is really there", async ({ page }) => {
  await open(page, watched, "health");
  await page.getByRole("button", { name: "Make a support bundle" }).click();
  const dialog = page.getByRole("dialog", { name: "Support bundle" });
  await expect(dialog).toContainText(/Ready, [\d.]+\s(B|kB|MB)/);
  await expect(dialog).toContainText("Tokens, cookies, passwords");
  const path = (await dialog.locator("code").first().innerText()).trim();
  expect((await stat(path)).size).toBeGreaterThan(200);
  await keepsTheRules(page);
});

test("a source that wants a login leads there, from the bar and by keyboard", async ({ page }) => {
  branch.expire("another");
  await open(page, watched, "health");
  await expect(card(page, "Branch ERP")).toContainText("Sign-in needed");
  await expect(card(page, "Branch ERP")).toContainText("Sign in to continue.");
  const button = page.getByRole("banner").getByRole("button", { name: "Sign in" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/settings/);
});

for (const [language, theme] of [
  ["en", "light"],
  ["zh-CN", "dark"],
] as const) {
  for (const width of [1000, 1440]) {
    test(`with sources in every state the page holds at ${width} px in ${language}, and breaks no rule in the ${theme} theme`, async ({ page }) => {
      const { settings } = await watched.call("hello", {});
      if (!settings.sources.some((source) => source.id === "nowhere")) {
        await add(aSource({ id: "nowhere", name: "Old address", url: NOWHERE, dialect: "native", colour: "rose" }));
        await add(aSource({ id: "paused", name: "Test environment", url: NOWHERE, dialect: "auto", colour: "lime", paused: true }));
      }
      await page.setViewportSize({ width, height: 900 });
      await open(page, watched, "health", { language, theme });
      await expect(card(page, "Old address")).toContainText(language === "en" ? "nothing is listening on that port" : "服务器没有监听此端口");
      await expect(card(page, "Test environment")).toContainText(language === "en" ? "Nothing is received until you resume it" : "在设置中恢复之前不会接收任何事件");
      await keepsTheRules(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      expect(wide, "nothing is cut off to the right").toBe(false);
    });
  }
}
