import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("says who acknowledged elsewhere, and why others do not know what was done here", async () => {
  openPage("alerts", {
    alerts: async (_, otherwise) => {
      const view = await otherwise();
      const active = view.active.map((alert) => ({
        ...alert,
        state: "acknowledged" as const,
        acknowledged_by: "张敏",
        unshared: "wall may not acknowledge alerts of inventory; ask for a role that may",
        timeline: [...alert.timeline, { at: alert.last_at, state: "acknowledged" as const, by: "张敏", note: "called the engineer", cause: null }],
      }));
      return { ...view, active };
    },
  });
  await userEvent.setup().click(await screen.findByRole("tab", { name: /^Acknowledged/ }));
  expect(await screen.findByText("Other consoles do not know of it: wall may not acknowledge alerts of inventory for everybody; ask for a role that may")).toBeVisible();
  expect(screen.getByText("by 张敏")).toBeVisible();
  expect(screen.getByText("called the engineer")).toBeVisible();
});

it("offers to keep quiet what fires while a maintenance lasts, with its times and what it is", async () => {
  const begins = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 3_600_000;
  const asked = openPage("alerts", {
    alerts: async (_, otherwise) => {
      const view = await otherwise();
      const [first] = view.active;
      if (first === undefined) throw new Error("the fixture has alerts");
      const values = { ...first.values, message: "Storage is moved", starts_at: String(begins), ends_at: String(begins + 1_800_000) };
      return { ...view, active: [{ ...first, id: "maintenance_announced:x", rule: "maintenance_announced", state: "firing" as const, values }] };
    },
  });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Silence during it…" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New silence" }));
  expect(dialog.getByRole("textbox", { name: "Why" })).toHaveValue("Maintenance · Storage is moved");
  expect(dialog.getByRole("textbox", { name: "Which alerts" })).toHaveValue("(source:east OR subject:source:east) -rule:maintenance_announced");
  const author = dialog.getByRole("textbox", { name: "Who" });
  await user.clear(author);
  await user.type(author, "Emma");
  await user.click(dialog.getByRole("button", { name: "Keep quiet" }));
  await waitFor(() => expect(asked.some((each) => each.name === "change_settings")).toBe(true));
  const { patch } = asked.findLast((each) => each.name === "change_settings")?.args as { patch: { silences: Record<string, { from: number; until: number; author: string }> } };
  expect(Object.values(patch.silences)).toMatchObject([{ author: "Emma", from: begins, until: begins + 1_800_000 }]);
});
