import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const needs = async () => within(await screen.findByRole("region", { name: "Needs you" }));

it("acts on nothing that nobody chose", async () => {
  const asked = openPage("overview");
  const list = await needs();
  await list.findByText("Later");
  const user = userEvent.setup();
  await user.keyboard("ares");
  expect(asked.some(({ name }) => ["decide", "acknowledge", "snooze"].includes(name)), "a key acted on whatever stood at the top").toBe(false);
  expect(screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("j");
  expect(list.getAllByRole("listitem").filter((item) => item.getAttribute("aria-current") === "true")).toHaveLength(1);
});

it("says by when, in the order of urgency", async () => {
  openPage("overview");
  const list = await needs();
  await list.findByText("Later");
  const headings = list.getAllByRole("heading", { level: 3 }).map((heading) => heading.textContent);
  expect(headings).toEqual(["Now", "Next hour", "Later"].filter((heading) => headings.includes(heading)));
});
