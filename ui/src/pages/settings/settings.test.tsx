import { screen, waitFor, within } from "@testing-library/react";
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
    save_settings: ({ settings }, otherwise) => {
      if (settings.stuck_after_minutes > 1_000) throw new CommandError("internal", "disk full");
      return otherwise();
    },
  });
  const user = userEvent.setup();
  const box = await screen.findByRole("textbox", { name: "Stuck orders" });
  await user.clear(box);
  await user.type(box, "90{Enter}");
  await waitFor(() => expect(asked.findLast((each) => each.name === "save_settings")?.args).toMatchObject({ settings: { stuck_after_minutes: 90 } }));
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
  expect(asked.some((each) => each.name === "save_settings")).toBe(false);
});

it("tries a source step by step, and keeps it even when it does not answer yet", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add source" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add source" }));
  await user.type(dialog.getByRole("textbox", { name: "Address" }), "http://wrong");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(dialog.getByRole("alert")).toHaveTextContent("ws://");
  await user.clear(dialog.getByRole("textbox", { name: /Address/ }));
  await user.type(dialog.getByRole("textbox", { name: /Address/ }), "ws://bad:3002");
  await user.click(dialog.getByRole("button", { name: "Test connection" }));
  expect(await dialog.findByText("Connection refused (os error 111)")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(asked.find((each) => each.name === "save_settings")?.args).toMatchObject({ settings: { sources: [{ id: "east" }, { url: "ws://bad:3002", name: "bad:3002", token: null }] } }));
});

it("asks before it removes a source", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Remove/ }));
  expect(asked.some((each) => each.name === "save_settings")).toBe(false);
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Remove" }));
  await waitFor(() => expect(asked.find((each) => each.name === "save_settings")?.args).toMatchObject({ settings: { sources: [] } }));
});
