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

const queue = async () => within(await screen.findByRole("grid", { name: "Waiting" }));

it("decides about all chosen at once, and each row has its own result", async () => {
  const asked = openPage("approvals", {
    decide: ({ keys }) => keys.map((key, i) => ({ key, ok: i > 0, error: i > 0 ? null : "RT-0093 was already decided by 李强" })),
  });
  const rows = await queue();
  const user = userEvent.setup();
  await user.click(rows.getByRole("checkbox", { name: "Select RT-0093" }));
  await user.click(rows.getByRole("checkbox", { name: "Select PO-0041" }));
  expect(screen.getByText("CN¥ 72,460.00"), "what is at stake, exactly").toBeVisible();
  await user.keyboard("a");
  expect(await rows.findByText("RT-0093 was already decided by 李强")).toBeVisible();
  expect(rows.getByText("Not accepted")).toBeVisible();
  expect(asked.filter((each) => each.name === "decide").map((each) => each.args)).toEqual([{ keys: ["east/return:RT-0093", "east/payment:PO-0041"], approve: true, reason: null }]);
  expect(rows.getByRole("checkbox", { name: "Select PO-0041" }), "what was accepted is not chosen any more").not.toBeChecked();
  expect(rows.getByRole("checkbox", { name: "Select RT-0093" })).toBeChecked();
});

it("extends the choice with Shift and J", async () => {
  openPage("approvals");
  await queue();
  const user = userEvent.setup();
  await user.keyboard("{Shift>}J{/Shift}");
  expect(await screen.findByRole("toolbar", { name: "2 selected" })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("toolbar", { name: "2 selected" })).toBeNull());
});

it("does not reject without a reason", async () => {
  const asked = openPage("approvals");
  await queue();
  const user = userEvent.setup();
  await user.keyboard("r");
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Give a reason");
  expect(asked.some((each) => each.name === "decide")).toBe(false);
  await user.type(dialog.getByRole("textbox"), "no budget");
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "no budget" }));
});

it("says so on the row when nothing could be decided, and tries again", async () => {
  let fail = true;
  const asked = openPage("approvals", {
    decide: (_args, otherwise) => {
      if (!fail) return otherwise();
      throw new CommandError("store_unavailable", "disk full");
    },
  });
  const rows = await queue();
  const user = userEvent.setup();
  await user.keyboard("a");
  expect(await rows.findByText("disk full")).toBeVisible();
  fail = false;
  await user.click(rows.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "decide")).toHaveLength(2));
  await waitFor(() => expect(rows.queryByText("RT-0093")).toBeNull());
});
