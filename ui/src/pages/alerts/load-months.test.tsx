import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("says month by month how long it took, and opens one to its rules and people", async () => {
  openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Load" }));
  const months = within(await screen.findByRole("region", { name: "By month" }));
  const cells = (name: string) => within(months.getByRole("row", { name: new RegExp(`^${name}`) })).getAllByRole("cell").map((cell) => cell.textContent);
  expect(cells("2026-09"), "of what never was, nothing is said").toEqual(["0", "—", "3", "2 hr"]);
  const month = months.getByRole("button", { name: "2026-10" });
  expect(month).toHaveAttribute("aria-expanded", "false");
  month.focus();
  await user.keyboard("{Enter}");
  expect(month).toHaveAttribute("aria-expanded", "true");
  const [had, hadAfter, over] = cells("Low stock");
  expect([had, over]).toEqual(["25", "20"]);
  expect(hadAfter).toMatch(/^4 min/);
  expect(cells("李雷")[0]).toBe("7");
  expect(months.getByRole("row", { name: /^All others/ })).toBeVisible();
  await user.keyboard("{Enter}");
  expect(months.queryByRole("row", { name: /^李雷/ })).toBeNull();
});
