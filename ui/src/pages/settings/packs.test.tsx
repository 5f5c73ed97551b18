import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";
import { PACKS } from "../../../tests/fixtures/world";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("says of each file whether it is in force, and of a wrong one the line", async () => {
  openPage("settings");
  const [good, before, refused] = within(await screen.findByRole("list", { name: "Packs" })).getAllByRole("listitem");
  expect(good).toHaveTextContent("10-depot.tomlin force2 kinds");
  expect(before).toHaveTextContent("what it said before is in force");
  expect(before).toHaveTextContent("Line 12, column 16");
  expect(before).toHaveTextContent("declare it in `fields`");
  expect(refused).toHaveTextContent("nothing of it is in force");
  expect(screen.queryByRole("button", { name: "Add the example" })).toBeNull();
});

it("offers the example where there is no pack", async () => {
  const asked = openPage("settings", { packs: () => ({ ...PACKS, packs: [] }) });
  await userEvent.setup().click(await screen.findByRole("button", { name: "Add the example" }));
  await waitFor(() => expect(asked.some((each) => each.name === "example_pack")).toBe(true));
});
