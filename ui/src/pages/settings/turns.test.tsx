import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("puts three people in a row, says who has the turn, and lets a rule escalate to them", async () => {
  const asked = openPage("settings", {
    alerts: async (_, otherwise) => ({ ...(await otherwise()), turns: [{ rotation: "On call", person: "周主管", since: 0, until: Date.now() + 3_600_000, next: "李雷" }] }),
  });
  const user = userEvent.setup();
  const saved = () => asked.findLast((each) => each.name === "change_settings")?.args;
  await user.click(await screen.findByRole("button", { name: "Add a rotation" }));
  await waitFor(() => expect(saved()).toMatchObject({ patch: { rotations: { "On call": { people: ["周主管"], every: "week", hand_over: "09:00" } } } }));
  const people = await screen.findByRole("textbox", { name: "Who takes turns in On call" });
  await user.clear(people);
  await user.type(people, "周主管, 李雷、Emma{Enter}");
  await waitFor(() => expect(saved()).toEqual({ patch: { rotations: { "On call": { people: ["周主管", "李雷", "Emma"] } } } }));
  const row = within(screen.getByRole("list", { name: "Turns" }));
  expect(row.getByRole("status")).toHaveTextContent(/^周主管 until .*, then 李雷$/);
  await user.click(row.getByText("daily"));
  await waitFor(() => expect(saved()).toEqual({ patch: { rotations: { "On call": { every: "day" } } } }));
  await user.click(row.getByRole("button", { name: "Remove On call" }));
  await waitFor(() => expect(saved()).toEqual({ patch: { rotations: { "On call": null } } }));
});
