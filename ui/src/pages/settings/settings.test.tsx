import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { CommandError } from "@/host";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("saves at once and says what was refused", async () => {
  const asked = openPage("settings", {
    change_settings: ({ patch }, otherwise) => {
      if ((patch.stuck_after_minutes ?? 0) > 1_000) throw new CommandError("internal", "disk full");
      return otherwise();
    },
  });
  const user = userEvent.setup();
  const box = await screen.findByRole("textbox", { name: "Stuck orders" });
  await user.clear(box);
  await user.type(box, "90{Enter}");
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toEqual({ patch: { stuck_after_minutes: 90 } }));
  await user.clear(box);
  await user.type(box, "5000{Enter}");
  expect(await screen.findByText(/Not saved: disk full/)).toBeVisible();
  await waitFor(() => expect(box, "the setting that holds is the one shown").toHaveValue("90"));
});

it("refuses half a minute before it asks the core", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const box = await screen.findByRole("textbox", { name: "Stuck orders" });
  await user.clear(box);
  await user.type(box, "0.5{Enter}");
  expect(await screen.findByText("A whole number, at least 1 minute")).toBeVisible();
  expect(asked.some((each) => each.name === "change_settings")).toBe(false);
});
