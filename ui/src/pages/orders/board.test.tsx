import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("shows only the orders of the state that was clicked, until it is let go", async () => {
  openPage("orders");
  const table = within(await screen.findByRole("grid", { name: "Orders" }));
  const all = Number(screen.getByRole("grid", { name: "Orders" }).getAttribute("aria-rowcount"));
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: /Sales · Preparing: / }));
  const rows = table.getAllByRole("row").slice(1);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row).toHaveTextContent("Preparing");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(Number(screen.getByRole("grid", { name: "Orders" }).getAttribute("aria-rowcount"))).toBe(all));
});

it("says in a word which orders are stuck, and for how long", async () => {
  openPage("orders");
  const table = within(await screen.findByRole("grid", { name: "Orders" }));
  const [first, ...more] = table.getAllByRole("row").slice(1).filter((row) => row.textContent?.includes("Stuck"));
  expect(first).toHaveTextContent(/5 hr/);
  expect(more.length).toBeGreaterThan(0);
});
