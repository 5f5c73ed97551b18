// Sources from beginning to end: an ERP that wants a session cookie is added, tried, saved, followed, paused, recoloured, signed in to again, removed.

import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { Console, expect, open, test } from "./console";
import { Erp } from "./erp";

test.describe.configure({ mode: "serial" });

let watched: Console;
let erp: Erp;
test.beforeAll(async () => {
  erp = await Erp.start("good-session");
  watched = await Console.start("--demo");
});
test.afterAll(async () => {
  await watched.stop();
  await erp.stop();
});

const row = (page: Page): Locator => page.getByRole("listitem", { name: "Branch ERP" });

async function keepsTheRules(page: Page): Promise<void> {
  const report = await new AxeBuilder({ page }).analyze();
  expect(report.violations.map((violation) => `${violation.id} (${violation.impact}): ${violation.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
}

test("a source is tried before it is kept: what fails says why and what to do", async ({ page }) => {
  await open(page, watched, "settings");
  await page.getByRole("button", { name: "Add source" }).click();
  const dialog = page.getByRole("dialog", { name: "Add source" });
  const address = dialog.getByRole("textbox", { name: "Address", exact: true });
  await expect(address).toBeFocused();

  await address.fill("ws://127.0.0.1:9");
  await dialog.getByRole("radio", { name: "ERP server" }).check();
  await dialog.getByRole("button", { name: "Test connection" }).click();
  await expect(dialog.getByText("Stopped at “Connect”")).toBeVisible();
  await dialog.getByRole("button", { name: "Go to Wake-up URL" }).click();
  await expect(dialog.getByRole("textbox", { name: "Wake-up URL" })).toBeFocused();
  await keepsTheRules(page);

  await address.fill(erp.url);
  await dialog.getByRole("button", { name: "Test again" }).click();
  await expect(dialog.getByText("Stopped at “Sign in”")).toBeVisible();
  await expect(dialog.getByText("No cookies provided")).toBeVisible();
  await dialog.getByRole("button", { name: "Go to Session cookie" }).click();
  await page.keyboard.insertText("Cookie: theme=dark; next-auth.session-token=good-session; lang=en");
  await expect(dialog.getByText("Session cookie found, 12 characters.")).toBeVisible();
  await dialog.getByRole("button", { name: "Test again" }).click();
  await expect(dialog.getByText("All good")).toBeVisible();
  await keepsTheRules(page);

  await dialog.getByRole("textbox", { name: "Name" }).fill("Branch ERP");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page)).toContainText("Live");
  await expect(row(page)).toContainText(erp.url);
  await expect(row(page)).toContainText("ERP server");
  await keepsTheRules(page);
});

test("its events come in", async ({ page }) => {
  await open(page, watched, "events");
  await page.getByRole("textbox", { name: "Filter" }).fill('"Oak board of the test"');
  await expect(page.getByRole("grid", { name: "Events" }).getByText("Oak board of the test").first()).toBeVisible();
});

test("another colour or name is saved without touching the connection", async ({ page }) => {
  await open(page, watched, "settings");
  await expect(row(page)).toContainText("Live");
  const before = erp.opened;
  await row(page).getByRole("button", { name: /^Edit/ }).click();
  const dialog = page.getByRole("dialog", { name: "Edit Branch ERP" });
  await expect(dialog.getByText(/stored in (the system's keychain|a file only you can read)/)).toBeVisible();
  await dialog.getByText("Colour", { exact: true }).waitFor();
  await dialog.getByRole("radio", { name: "Rose" }).check({ force: true });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await watched.call("hello", {})).settings.sources.find((source) => source.name === "Branch ERP")?.colour).toBe("rose");
  await expect(row(page)).toContainText("Live");
  expect(erp.listeners, "the same session goes on").toBe(1);
  expect(erp.opened).toBe(before);
});

test("a paused source is not connected, and goes on when told", async ({ page }) => {
  await open(page, watched, "settings");
  await row(page).getByRole("button", { name: /^Pause/ }).click();
  await expect(row(page)).toContainText("Paused");
  await expect.poll(() => erp.listeners).toBe(0);
  await row(page).getByRole("button", { name: /^Resume/ }).click();
  await expect(row(page)).toContainText("Live");
  expect(erp.listeners).toBe(1);
});

test("a session that ends leads to signing in, and the state turns without a reload", async ({ page }) => {
  await open(page, watched, "overview");
  erp.expire("new-session");
  await page.getByRole("banner").getByRole("button", { name: "Sign in" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in to Branch ERP" });
  await expect(dialog.getByText("Reason given: “Token expired”")).toBeVisible();
  await expect(dialog.getByLabel("Session cookie")).toBeFocused();
  await keepsTheRules(page);

  await page.keyboard.insertText("next-auth.session-token=wrong");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Stopped at “Sign in”")).toBeVisible();
  await dialog.getByLabel("Session cookie").fill("__Secure-next-auth.session-token=new-session");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Signed in. Events are coming in again.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Done" })).toBeFocused();
  await keepsTheRules(page);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(row(page)).toContainText("Live");
  await expect(page).toHaveURL(/#\/settings$/);
});

test("a removed source is gone, and its events stay", async ({ page }) => {
  await open(page, watched, "settings");
  await row(page).getByRole("button", { name: /^Remove/ }).click();
  const dialog = page.getByRole("dialog", { name: "Remove Branch ERP?" });
  await expect(dialog).toContainText("Events received so far stay on this machine");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(row(page)).toHaveCount(0);
  await expect.poll(() => erp.listeners).toBe(0);
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name: "Events" }).click();
  await page.getByRole("textbox", { name: "Filter" }).fill('"Oak board of the test"');
  await expect(page.getByRole("grid", { name: "Events" }).getByText("Oak board of the test").first()).toBeVisible();
});

for (const [language, theme] of [
  ["en", "light"],
  ["zh-CN", "dark"],
] as const) {
  for (const width of [1000, 1440]) {
    test(`the form holds its shape at ${width} px in ${language}, and breaks no rule in the ${theme} theme`, async ({ page }) => {
      const words = language === "en" ? { add: "Add source", more: "Advanced", kinds: ["Watchdeck gateway", "ERP server", "Content hub", "Detect automatically"], save: "Save" } : { add: "添加数据源", more: "高级", kinds: ["Watchdeck 网关", "ERP 服务器", "内容平台", "自动识别"], save: "保存" };
      await page.setViewportSize({ width, height: 900 });
      await open(page, watched, "settings", { language, theme });
      await page.getByRole("button", { name: words.add }).click();
      const dialog = page.getByRole("dialog", { name: words.add });
      const save = dialog.getByRole("button", { name: words.save, exact: true });
      const place = await save.boundingBox();
      for (const kind of words.kinds) {
        await dialog.getByRole("radio", { name: kind }).check();
        expect(await save.boundingBox(), kind).toEqual(place);
      }
      await save.click();
      expect(await save.boundingBox(), "a message at a field moves nothing").toEqual(place);
      await dialog.getByRole("button", { name: words.more }).click();
      await keepsTheRules(page);
      expect(await dialog.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
    });
  }
}
