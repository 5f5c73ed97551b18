import { screen } from "@testing-library/react";
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
