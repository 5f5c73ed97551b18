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
