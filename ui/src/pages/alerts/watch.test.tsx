import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("acknowledges what is chosen with E, and it moves to its tab", async () => {
  const asked = openPage("alerts");
  const rows = within(await screen.findByRole("grid", { name: "Alerts" }));
  const user = userEvent.setup();
  for (const box of rows.getAllByRole("checkbox").slice(0, 2)) await user.click(box);
  await user.keyboard("e");
  await waitFor(() => expect(asked.filter((each) => each.name === "acknowledge")).toHaveLength(1));
  expect(await screen.findByRole("tab", { name: /Acknowledged\s*2/ })).toBeVisible();
});

it("snoozes with S and a number", async () => {
  const asked = openPage("alerts");
  await screen.findByRole("grid", { name: "Alerts" });
  const user = userEvent.setup();
  await user.keyboard("s");
  await screen.findByRole("dialog", { name: "Snooze" });
  await user.keyboard("2");
  await waitFor(() => expect(asked.find((each) => each.name === "snooze")?.args).toMatchObject({ minutes: 60 }));
});

it("ends a snooze where the alert is shown", async () => {
  const asked = openPage("alerts");
  await screen.findByRole("grid", { name: "Alerts" });
  const user = userEvent.setup();
  await user.keyboard("s");
  await screen.findByRole("dialog", { name: "Snooze" });
  await user.keyboard("1");
  await user.click(await screen.findByRole("tab", { name: /Snoozed\s*1/ }));
  await user.click(await screen.findByRole("button", { name: "End snooze" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "unsnooze")).toHaveLength(1));
});

it("turns a rule off where it is listed", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("switch", { name: "Rule: Large refund" }));
  await waitFor(() => expect(asked.find((each) => each.name === "change_settings")?.args).toEqual({ patch: { rules_off: { large_refund: true } } }));
});

it("opens any rule by its name, and changes the limit that it compares with where it stands", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  expect(await screen.findByText("stock.on_hand < stock.threshold"), "what it looks for, as it is written").toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change Limit for Low stock" }));
  const box = screen.getByRole("textbox", { name: "Limit for Low stock" });
  await user.clear(box);
  await user.type(box, "25{Enter}");
  await waitFor(() => expect(asked.find((each) => each.name === "change_settings")?.args).toEqual({ patch: { low_stock_threshold: 25 } }));
  expect(await screen.findByText("threshold 25 (default)")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change Limit for Feed stale" }));
  await user.clear(screen.getByRole("textbox", { name: "Limit for Feed stale" }));
  await user.keyboard("2{Enter}");
  expect(await screen.findByText("A whole number, at least 5 seconds")).toBeVisible();
  expect(asked.filter((each) => each.name === "change_settings")).toHaveLength(1);
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Change Low stock" }));
  expect(await screen.findByRole("dialog", { name: "Rule" })).toBeVisible();
});

it("says what stopped a rule, and leaves a limit alone that it does not know", async () => {
  openPage("alerts", {
    alerts: async (_args, otherwise) => {
      const view = await otherwise();
      return { ...view, rules: view.rules.map((rule) => (rule.id === "low_stock" ? { ...rule, fault: "amount is compared with nothing", limit: { setting: "a_newer_one", value: "3" } } : rule)) };
    },
  });
  expect(await screen.findByText("Stopped: amount has no value")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Change Limit for Low stock" })).toBeNull();
  expect(screen.getByRole("button", { name: "Change Limit for Large refund" })).toBeVisible();
});

it("says of the alert what happens otherwise, what to do and until when", async () => {
  openPage("alerts");
  const stated = await screen.findByLabelText("What it means and what to do");
  expect(stated).toHaveTextContent("Part of the business stands still.");
  expect(stated).toHaveTextContent("Tell whoever runs the system.");
  expect(stated).toHaveTextContent(/act within 15 min \(until .*\d\d:\d\d\)$/);
});
