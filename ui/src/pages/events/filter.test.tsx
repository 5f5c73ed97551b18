import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("shows the matches of the good filter when a bad one was typed before their first answer", async () => {
  let held = true;
  const asked = openPage("events", {
    events: ({ filter }, otherwise) => {
      if (!held || filter !== "kind:finance") return otherwise();
      held = false;
      return new Promise(() => undefined);
    },
  });
  const user = userEvent.setup();
  const input = await screen.findByRole("textbox", { name: "Filter" });
  await user.type(input, "kind:finance");
  await waitFor(() => expect(asked.some((each) => each.name === "events" && JSON.stringify(each.args).includes('"kind:finance"'))).toBe(true));
  expect(screen.getByText("Searching"), "nothing is counted before the first answer").toBeVisible();
  await user.type(input, " colour:red");
  expect(await screen.findByRole("alert")).toHaveTextContent("“colour” is not understood");
  const grid = within(screen.getByRole("grid", { name: "Events" }));
  await waitFor(() => expect(grid.getAllByRole("row").length, "the good filter's matches, not an empty list").toBeGreaterThan(5));
  expect(screen.queryByText(/^0 match/)).toBeNull();
  expect(screen.getByRole("alert"), "and the mark stays").toHaveTextContent("last good result");
});

it("hides nothing by a filter that was never understood", async () => {
  openPage("events", {}, "");
  const user = userEvent.setup();
  await user.type(await screen.findByRole("textbox", { name: "Filter" }), "colour:red");
  expect(await screen.findByRole("alert")).toHaveTextContent("“colour” is not understood");
  await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
  expect(screen.getByRole("alert"), "there was no good result before").not.toHaveTextContent("last good result");
});
