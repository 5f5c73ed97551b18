// The first start: two doors, and what lies behind each.

import { Console, expect, test } from "./console";

test.describe("a console that knows no source", () => {
  let empty: Console;
  test.beforeEach(async () => {
    empty = await Console.start();
  });
  test.afterEach(async () => {
    await empty.stop();
  });

  test("the simulator's door leads to live rows within seconds", async ({ page }) => {
    await page.goto(empty.url);
    await expect(page.getByRole("heading", { name: "Watch your ERP at work" })).toBeVisible();
    await page.getByRole("button", { name: "Start the simulator" }).click();
    await expect(page.getByRole("navigation")).toBeVisible({ timeout: 8_000 });
    await expect(page.getByRole("table", { name: "Live events" }).getByRole("row").nth(5)).toBeVisible({ timeout: 8_000 });
    await expect(page.getByRole("banner").getByText("Live").first()).toBeVisible();
  });

  test("a server that is not there is tried in the open, step by step", async ({ page }) => {
    await page.goto(empty.url);
    await page.getByLabel("Address").fill("http://wrong.example");
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText("The address starts with ws:// or wss://")).toBeVisible();
    await page.getByLabel("Address").fill("ws://127.0.0.1:9/ws");
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText("The test stopped at")).toBeVisible();
  });

  test("without the token the window says what to do", async ({ page }) => {
    await page.goto(new URL(empty.url).origin);
    await expect(page.getByText("Reopen this page with the full address that Watchdeck printed.")).toBeVisible();
  });

  test("the token leaves the address at once and a reload still has it", async ({ page }) => {
    await page.goto(empty.url);
    await expect(page.getByRole("button", { name: "Start the simulator" })).toBeVisible();
    expect(page.url()).not.toContain("token");
    await page.reload();
    await expect(page.getByRole("button", { name: "Start the simulator" })).toBeVisible();
  });
});
