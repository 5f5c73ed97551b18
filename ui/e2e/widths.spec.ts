// No number is cut, from a small window to a wide one, in both languages: amounts of ten figures, millions of pieces, names of forty characters. Names give
// way, and columns that there is no room for go as a whole.

import type { Page } from "@playwright/test";
import { routeHash } from "@/route";
import type { PageName } from "@/route/pages";
import { en } from "@/text/en";
import { zh } from "@/text/zh";
import { aSource } from "../tests/fixtures/links";
import { Console, expect, open, test } from "./console";
import { Erp } from "./erp";

const SESSION = "good-session";
const WORDS = { en, "zh-CN": zh };
const WIDTHS = [900, 1400, 1920, 2560];
const AMOUNT = "1024044429.00";
/** Each with what is there once it shows what was published. */
const SHOWN: readonly (readonly [PageName, RegExp, Record<string, string>?])[] = [
  ["overview", /1,024,044,429\.00/],
  ["inventory", /12,345,6/],
  ["orders", /SO-20261126-1024044429/],
  ["approvals", /1,024,044,429\.00/],
  ["finance", /1,024,044,429\.00/],
  ["alerts", /1,024,044,429\.00/],
  ["events", /1,024,044,429\.00/, { filter: "kind:finance:*" }],
  ["health", /\d/],
];
const LONG = "Walnut engineered board, oiled, long plank";

let watched: Console;
let erp: Erp;
test.beforeAll(async () => {
  erp = await Erp.start(SESSION);
  watched = await Console.start();
  await watched.set({ sources: [aSource({ id: "wide", name: "A source whose name is forty characters long", url: erp.url, dialect: "erp", token: SESSION, currency: "CNY" })] });
  await expect.poll(() => erp.listeners).toBe(1);
  publish();
});
test.afterAll(async () => {
  await watched.stop();
  await erp.stop();
});

function publish(): void {
  const who = { operator: "Maximiliane von Hohenstein-Altenburg" };
  for (let n = 0; n < 30; n += 1) {
    const left = n === 0 ? 3 : 12_345_678 + n;
    erp.publish({ action: "outbound", productId: `7f3c9a1e-${n}`, productCode: `SKU-${10_000 + n}`, productName: `${LONG} ${n}`, warehouse: "Bonded warehouse number seven, north dock", oldQuantity: left + 2_345_678, newQuantity: left, changeAmount: -2_345_678, ...who });
  }
  const customer = { customerId: "c1", customerName: "Northern and Southern Building Supplies Co." };
  for (const [n, status] of ["draft", "confirmed", "preparing", "shipped", "completed"].entries()) {
    erp.publish({ type: "order:status", orderType: "sales", orderId: `o${n}`, orderNumber: `SO-20261126-102404442${9 - n}`, oldStatus: "draft", newStatus: status, ...customer, userId: who.operator }, 3_600_000, "orders");
  }
  for (let n = 0; n < 4; n += 1) {
    const request = { resourceType: "payment", resourceId: `r${n}`, resourceNumber: `PO-20261126-${1_024_044_429 + n}`, requesterId: "u1", requesterName: who.operator, amount: AMOUNT, currency: "CNY", deadline: Date.now() + 1_000_000 };
    erp.publish({ type: "approval:request", ...request, reason: LONG }, 0, "approvals");
    if (n === 0) erp.publish({ type: "approval:approved", ...request, approverId: "u2", approverName: who.operator }, 0, "approvals");
  }
  for (const [n, [kind, action, record]] of [["payment", "confirmed", "payment"], ["payment", "confirmed", "paymentOut"], ["refund", "confirmed", "refund"], ["overdue", "overdue", "payment"]].entries()) {
    erp.publish({ type: `finance:${kind}`, action, recordType: record, recordId: `f${n}`, recordNumber: `PAY-20261126-${n}`, amount: AMOUNT, ...customer }, 0, "finance");
  }
}

/** What holds a figure, has to be whole, or is to be pressed, and is not seen whole: cut by itself, or by something around it. */
function cut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(".num, [data-exact], [role=gridcell] button")) {
      const whole = element.closest("[data-exact]") !== null || element.matches("[role=gridcell] button:not(.num)");
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.textContent ?? ""));
      if (!own && !whole) continue;
      for (let box: HTMLElement | null = element; box !== null; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === "visible") continue;
        const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
        // A line of parts leaves out those that have no room, whole: they are under it.
        if (inner.top >= outer.bottom - 1) break;
        if ((box === element && box.scrollWidth > box.clientWidth + 1) || inner.right > outer.right + 1.5 || inner.left < outer.left - 1.5) {
          found.push(`${(element.textContent ?? "").slice(0, 60)} <${element.className.slice(0, 40)}>`);
          break;
        }
      }
    }
    return found;
  });
}

for (const language of ["en", "zh-CN"] as const) {
  test(`no number is cut at any width, in ${language}`, async ({ page }) => {
    await open(page, watched, "overview", { language });
    for (const [name, shown, query] of SHOWN) {
      await page.evaluate((hash) => (window.location.hash = hash), routeHash(name, query));
      await expect(page.getByRole("main", { name: WORDS[language].frame.page[name] })).toHaveText(shown, { useInnerText: true });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(() => cut(page), { message: `${name} at ${width} px` }).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} at ${width} px is not scrolled sideways`).toBeLessThanOrEqual(0);
        if (name !== "inventory" || width < 1400) continue;
        const { warehouse, mover } = WORDS[language].inventory.column;
        for (const head of [warehouse, mover]) await expect(page.getByRole("grid", { name: WORDS[language].inventory.table }).getByRole("columnheader", { name: head, exact: true }), `at ${width} px`).toBeVisible();
      }
    }
  });
}
