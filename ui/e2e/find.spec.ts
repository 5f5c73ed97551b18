// Finding: what is on the screen is found by typing it, things by name or number, and what nothing matches is answered with what may be meant.

import type { Page } from "@playwright/test";
import type { StockRow } from "@/bindings/StockRow";
import { type Console, expect, open, test } from "./console";

const grid = (page: Page, name: string) => page.getByRole("grid", { name });
const filter = (page: Page, name = "Filter") => page.getByRole("textbox", { name });

/** A product that the core knows. */
async function aProduct(demo: Console): Promise<StockRow> {
  let found: StockRow | undefined;
  await expect.poll(async () => (found = (await demo.call("inventory", {})).products[0])).toBeDefined();
  if (found === undefined) throw new Error("no product");
  return found;
}

test("a title in Chinese finds the rows that wear it", async ({ page, demo }) => {
  await open(page, demo, "events", { language: "zh-CN" });
  await filter(page, "筛选").fill("出库");
  await expect(page.getByText(/^[1-9]\d* 条符合/)).toBeVisible();
  const kinds = grid(page, "事件列表").locator("[data-column=kind]");
  await expect(kinds.first()).toHaveText("库存出库");
  for (const text of await kinds.allInnerTexts()) expect(text).toBe("库存出库");
});

test("a title of two words in English finds the same, in whatever width", async ({ page, demo }) => {
  await open(page, demo, "events");
  const kinds = grid(page, "Events").locator("[data-column=kind]");
  for (const typed of ["Stock out", "stock OUT", "Ｓｔｏｃｋ　ｏｕｔ", "“Stock out”", "action：出库"]) {
    await filter(page).fill(typed);
    await expect(page.getByText(/^[1-9]\d* match/), typed).toBeVisible();
    await expect(grid(page, "Events")).not.toHaveAttribute("aria-busy", "true");
    for (const text of await kinds.allInnerTexts()) expect(text, typed).toBe("Stock out");
  }
});

test("brackets and OR are understood from a Chinese keyboard", async ({ page, demo }) => {
  await open(page, demo, "events");
  await filter(page).fill("（kind：inventory:* OR kind：order:*） -退货单");
  await expect(page.getByText(/^[1-9]\d* match/)).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("the palette finds a product by its code and opens it", async ({ page, demo }) => {
  const product = await aProduct(demo);
  const code = product.code ?? product.product_id;
  await open(page, demo);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(code.toLowerCase());
  // The line that searches the events wears what was typed, too.
  const option = page.getByRole("option").filter({ hasText: code }).filter({ hasNotText: "Search events" }).first();
  await expect(option).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/inventory\?find=/);
  await expect(grid(page, "Stock by product").getByRole("row").filter({ hasText: code })).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Event details" })).toContainText(code);
});

test("the last line of the palette searches the events", async ({ page, demo }) => {
  await open(page, demo);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("Stock out");
  await expect(page.getByRole("option").last()).toHaveText(/Search events for “Stock out”.*\d/);
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/events\?filter=Stock\+out$/);
  await expect(filter(page)).toHaveValue("Stock out");
});

test("a kind that there is not is answered with the one that is meant", async ({ page, demo }) => {
  await open(page, demo, "events");
  for (const [typed, meant] of [
    ["kind:inv", "kind:inventory:*"],
    ["kind:inventory", "kind:inventory:*"],
    ["status:aprovd", "status:approved"],
    ["knd:inventory:*", "kind:inventory:*"],
  ] as const) {
    await filter(page).fill(typed);
    const button = page.getByRole("status").getByRole("button", { name: meant });
    await button.click();
    await expect(filter(page), typed).toHaveValue(meant);
    await expect(button).toHaveCount(0);
  }
});

test("the right button narrows the filter to a kind, or leaves it out", async ({ page, demo }) => {
  await open(page, demo, "events");
  await page.getByRole("button", { name: "Pause" }).click();
  const row = grid(page, "Events").getByRole("row").filter({ has: page.locator("[data-column=kind]") }).first();
  await row.locator("[data-column=kind]").click({ button: "right" });
  await page.getByRole("menu").getByRole("menuitem").first().click();
  await expect(filter(page)).toHaveValue(/^kind:\S+$/);
  const kind = await filter(page).inputValue();
  await expect(page.getByText(/^[1-9]\d* match/)).toBeVisible();

  await page.keyboard.press("j");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: /^Not this kind/ }).click();
  await expect(filter(page)).toHaveValue(`-${kind}`);
});
