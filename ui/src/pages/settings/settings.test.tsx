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

it("keeps reasons that lie ready in their order", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const saved = () => asked.findLast((each) => each.name === "change_settings")?.args;
  for (const reason of ["Over budget", "Quote is missing"]) {
    await user.click(await screen.findByRole("button", { name: "Add a reason" }));
    await user.keyboard(`${reason}{Enter}`);
    expect(await screen.findByDisplayValue(reason)).toBeVisible();
  }
  await user.click(screen.getByRole("button", { name: "Move reason 2 up" }));
  await waitFor(() => expect(saved()).toEqual({ patch: { reject_reasons: ["Quote is missing", "Over budget"] } }));
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Reason 1" })).toHaveValue("Quote is missing"));
  await user.click(screen.getByRole("button", { name: "Remove reason 1" }));
  await waitFor(() => expect(saved()).toEqual({ patch: { reject_reasons: ["Over budget"] } }));
});

it("sets a deadline and a reminder by type, and takes either away", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const saved = () => asked.findLast((each) => each.name === "change_settings")?.args;
  await user.click(await screen.findByRole("button", { name: "Add a type" }));
  await user.click(await screen.findByRole("menuitem", { name: "Return" }));
  const remind = await screen.findByRole("textbox", { name: "Return: remind before" });
  await user.clear(remind);
  await user.type(remind, "15{Enter}");
  await waitFor(() => expect(saved()).toEqual({ patch: { approval_times: { return: { remind_minutes: 15 } } } }));
  const due = screen.getByRole("textbox", { name: "Return: Due after" });
  await user.clear(due);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(saved()).toEqual({ patch: { approval_times: { return: { deadline_minutes: null } } } }));
  await user.click(screen.getByRole("button", { name: "Remove Return" }));
  await waitFor(() => expect(saved()).toEqual({ patch: { approval_times: { return: null } } }));
});

it("says for each severity what takes the window", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const critical = await screen.findByRole("button", { name: "Critical · Banner: system" });
  critical.focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("menuitemcheckbox", { name: "Critical system alerts only" })).toBeChecked();
  await user.click(screen.getByRole("menuitemcheckbox", { name: "All of this severity" }));
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toEqual({ patch: { delivery: { critical: { banner: "all" } } } }));
  expect(await screen.findByRole("button", { name: "Critical · Banner: all" })).toBeVisible();
});

it("says since when the desktop asks for quiet, in the bar too, and need not heed it", async () => {
  const asked = openPage("settings", {}, "state=quiet");
  const user = userEvent.setup();
  expect(await screen.findByText(/The desktop has asked for quiet since .*\d\d:\d\d$/)).toBeVisible();
  expect(screen.getByRole("button", { name: /The desktop has asked for quiet since .*: only severities/ })).toBeVisible();
  await user.click(screen.getByRole("switch", { name: "Heed the desktop's do not disturb" }));
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toEqual({ patch: { ignore_do_not_disturb: true } }));
  expect(await screen.findByText(/it is not heeded/)).toBeVisible();
  expect(screen.queryByRole("button", { name: /The desktop has asked for quiet/ }), "then nothing is quiet by it").toBeNull();
});

it("gives a warehouse a threshold of its own, and takes it away", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const saved = () => asked.findLast((each) => each.name === "change_settings")?.args;
  await waitFor(() => expect(screen.getByRole("button", { name: "Add a warehouse" })).toBeEnabled());
  await user.click(screen.getByRole("button", { name: "Add a warehouse" }));
  await user.click(await screen.findByRole("menuitem", { name: "North dock" }));
  await waitFor(() => expect(saved(), "it begins with what holds").toEqual({ patch: { warehouse_thresholds: { "North dock": 10 } } }));
  const box = await screen.findByRole("textbox", { name: "Threshold in North dock" });
  await user.clear(box);
  await user.type(box, "4{Enter}");
  await waitFor(() => expect(saved()).toEqual({ patch: { warehouse_thresholds: { "North dock": 4 } } }));
  await user.click(screen.getByRole("button", { name: "Add a warehouse" }));
  expect(await screen.findByRole("menuitem", { name: "华东一号仓" })).toBeVisible();
  expect(screen.queryByRole("menuitem", { name: "North dock" }), "it has one").toBeNull();
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Remove North dock" }));
  await waitFor(() => expect(saved()).toEqual({ patch: { warehouse_thresholds: { "North dock": null } } }));
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Threshold in North dock" })).toBeNull());
});

it("switches every rule that there is, by the name and the reason that it gives itself", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  expect(await screen.findByText("The customer waits, and so does the money.")).toBeVisible();
  await user.click(screen.getByRole("switch", { name: "The gateway does not hear its ERP" }));
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toEqual({ patch: { rules_off: { gateway_deaf: true } } }));
});
