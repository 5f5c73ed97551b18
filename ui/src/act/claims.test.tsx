import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { passNotices } from "@/parts/notice";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";
import { othersClaims } from "./claimed";
import { withClaims } from "./claims";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  passNotices(60_000);
});

const queue = async () => within(await screen.findByRole("grid", { name: "Waiting" }));
const held = { by: "李雷", id: "u2", at: 1, until: null, mine: false };

it("keeps what was refused with its request until the next try", () => {
  const first = withClaims(new Map(), [
    { key: "a", ok: true, error: null },
    { key: "b", ok: false, error: "no" },
  ]);
  expect([...first]).toEqual([["b", "no"]]);
  expect([...withClaims(first, [{ key: "b", ok: true, error: null }])]).toEqual([]);
});

it("asks back about what another has claimed, and only about that", () => {
  const of = (claimed: typeof held | null | undefined) => ({ number: "1", claimed });
  expect(othersClaims([of(held), of({ ...held, mine: true }), of(null), of(undefined)])).toHaveLength(1);
});

it("claims with C what is under the cursor, and releases it with C again", async () => {
  const asked = openPage("approvals");
  const rows = await queue();
  const user = userEvent.setup();
  await user.keyboard("c");
  expect(await rows.findByText("You are on it")).toBeVisible();
  await user.keyboard("c");
  await waitFor(() => expect(rows.queryByText("You are on it")).toBeNull());
  expect(asked.filter((each) => each.name === "claim" || each.name === "release").map((each) => each.args)).toEqual([{ keys: ["east/return:RT-0093"] }, { keys: ["east/return:RT-0093"] }]);
});

it("hands many over at once, each with its own result", async () => {
  const asked = openPage("approvals", {
    hand_over: ({ keys }) => keys.map((key, i) => ({ key, ok: i > 0, error: i > 0 ? null : "李强 is on it since 10:32Z; ask them to release it or to hand it over" })),
  });
  const rows = await queue();
  const user = userEvent.setup();
  await user.click(rows.getByRole("checkbox", { name: "Select RT-0093" }));
  await user.click(rows.getByRole("checkbox", { name: "Select PO-0041" }));
  await user.click(within(screen.getByRole("toolbar", { name: "2 selected" })).getByRole("button", { name: /Hand over/ }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: /Hand over/ }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Enter the user id");
  await user.type(dialog.getByRole("textbox", { name: "To whom" }), "u2");
  await user.click(dialog.getByRole("button", { name: /Hand over/ }));
  expect(await rows.findByText(/李强 is on it since 10:32Z/)).toBeVisible();
  expect(asked.find((each) => each.name === "hand_over")?.args).toEqual({ keys: ["east/return:RT-0093", "east/payment:PO-0041"], to: { id: "u2", name: "" } });
});

it("asks back before it decides what another is on", async () => {
  const asked = openPage("approvals", { claim: ({ keys }) => keys.map((key) => ({ key, ok: true, error: null })) });
  const rows = await queue();
  const user = userEvent.setup();
  await user.click(rows.getByRole("checkbox", { name: "Select PO-0041" }));
  await user.click(within(screen.getByRole("toolbar", { name: "1 selected" })).getByRole("button", { name: /Hand over/ }));
  const over = within(await screen.findByRole("dialog"));
  await user.type(over.getByRole("textbox", { name: "To whom" }), "u2");
  await user.type(over.getByRole("textbox", { name: "Name" }), "李雷");
  await user.click(over.getByRole("button", { name: /Hand over/ }));
  expect(await rows.findByText("李雷 is on it")).toBeVisible();
  await user.keyboard("a");
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("李雷 is on PO-0041. Decide it all the same?")).toBeVisible();
  expect(asked.some((each) => each.name === "decide")).toBe(false);
});
