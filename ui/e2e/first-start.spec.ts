// The first start: two doors, and what lies behind each.

import AxeBuilder from "@axe-core/playwright";
import { Console, expect, test } from "./console";
import { Erp } from "./erp";

test.describe("a console that knows no source", () => {
  let empty: Console;
  test.beforeEach(async () => {
    empty = await Console.start();
  });
  test.afterEach(async () => {
    await empty.stop();
  });

  test("the simulator's door leads to live rows", async ({ page }) => {
    await page.goto(empty.url);
    await expect(page.getByRole("heading", { name: "Watch your ERP at work" })).toBeVisible();
    await page.getByRole("button", { name: "Start the simulator" }).click();
    await expect(page.getByRole("navigation")).toBeVisible();
    await expect(page.getByRole("table", { name: "Live events" }).getByRole("row").nth(5)).toBeVisible();
    await expect(page.getByRole("banner").getByText("Live").first()).toBeVisible();
  });

  test("a server that is not there is tried in the open, step by step", async ({ page }) => {
    await page.goto(empty.url);
    await page.getByLabel("Address").fill("http://wrong.example");
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText("Must start with ws:// or wss://")).toBeVisible();
    await expect(page.getByRole("button", { name: "Use ws://wrong.example" })).toBeVisible();
    await page.getByLabel("Address").fill("ws://127.0.0.1:9/ws");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: "Connection test" }).getByText("Stopped at “Connect”")).toBeVisible();
    const report = await new AxeBuilder({ page }).analyze();
    expect(report.violations.map((violation) => violation.id)).toEqual([]);
    await page.getByRole("button", { name: "Back" }).click();
    await expect(page.getByLabel("Address"), "what was typed is still there").toHaveValue("ws://127.0.0.1:9/ws");
  });

  test("a server is connected to from the first start, in the same form as later", async ({ page }) => {
    const erp = await Erp.start("good-session");
    try {
      await page.goto(empty.url);
      await page.getByLabel("Address").fill(erp.url);
      await page.keyboard.press("Enter");
      const tried = page.getByRole("region", { name: "Connection test" });
      await expect(tried.getByText("Stopped at “Sign in”")).toBeVisible();
      await expect(tried.getByRole("button", { name: "Go to Session cookie" })).toBeVisible();
      await expect(page.getByLabel("Session cookie"), "the kind is found out, so it is a cookie that is asked for").toBeFocused();
      await page.keyboard.insertText("good-session");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("navigation")).toBeVisible();
      await expect(page.getByRole("table", { name: "Live events" }).getByText("Oak board of the test").first()).toBeVisible();
      await expect(page.getByRole("banner").getByText("Live").first()).toBeVisible();
    } finally {
      await erp.stop();
    }
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
