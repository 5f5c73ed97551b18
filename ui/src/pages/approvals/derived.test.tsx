import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { passNotices } from "@/parts/notice";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  passNotices(60_000);
});

const queue = async () => within(await screen.findByRole("grid", { name: "Waiting" }));
const decided = (asked: readonly { name: string; args: unknown }[]) => asked.filter((each) => each.name === "decide").map((each) => each.args);

it("says which requests nobody published, and of which event they are", async () => {
  openPage("approvals", {}, "state=derived");
  const rows = await queue();
  expect(rows.getAllByText("derived")).toHaveLength(3);
  expect(rows.getAllByText("derived")[0]).toHaveAttribute("title", expect.stringContaining("Order status"));
});

it("opens in the ERP what cannot be decided here, and says so where nobody knows the page", async () => {
  const asked = openPage("approvals", {}, "state=derived");
  const rows = await queue();
  const link = rows.getByRole("link", { name: "Open RT-0101 in the ERP" });
  expect(link).toHaveAttribute("href", "https://erp.example/return-orders/RT-0101");
  expect([link.getAttribute("target"), link.getAttribute("rel")]).toEqual(["_blank", "noreferrer"]);
  expect(rows.queryByRole("button", { name: "Approve RT-0101" })).toBeNull();
  expect(rows.getByText("This source takes no decisions")).toBeVisible();
  expect(asked.some((each) => each.name === "open_erp")).toBe(false);
});

it("has the host open the page where it can", async () => {
  const asked = openPage("approvals", { open_erp: () => null }, "state=derived&opens_pages");
  await userEvent.setup().click((await queue()).getByRole("button", { name: "Open RT-0101 in the ERP" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "open_erp").map((each) => each.args)).toEqual([{ key: "east/return:RT-0101" }]));
});

it("asks for the refund before a return is approved, with the amount at stake filled in", async () => {
  const asked = openPage("approvals", {}, "state=derived");
  const user = userEvent.setup();
  await user.click((await queue()).getByRole("button", { name: "Approve RT-0093" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Approve RT-0093?" }));
  const field = dialog.getByRole("textbox", { name: "RT-0093 Refund" });
  expect(field).toHaveValue("8460.00");
  await user.clear(field);
  await user.type(field, "1000000");
  await user.click(dialog.getByRole("button", { name: /Approve/ }));
  expect(dialog.getByRole("alert")).toHaveTextContent("From 0 to 999,999");
  expect(decided(asked)).toEqual([]);
  await user.clear(field);
  await user.type(field, "8,000.50");
  await user.click(dialog.getByRole("button", { name: /Approve/ }));
  await waitFor(() => expect(decided(asked)).toEqual([{ keys: ["east/return:RT-0093"], approve: true, reason: null, versions: expect.anything(), fields: { refundAmount: 8000.5 } }]));
});

it("asks for each of several, and sends those that need nothing together", async () => {
  const asked = openPage("approvals", {}, "state=derived");
  const rows = await queue();
  const user = userEvent.setup();
  for (const number of ["RT-0093", "RT-0098", "PO-0041", "ADJ-0330"]) await user.click(rows.getByRole("checkbox", { name: `Select ${number}` }));
  await user.keyboard("a");
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: /Approve/ }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Needed to decide");
  await user.type(dialog.getByRole("textbox", { name: "RT-0098 Refund" }), "12");
  await user.click(dialog.getByRole("button", { name: /Approve/ }));
  await waitFor(() => expect(decided(asked)).toHaveLength(3));
  expect(decided(asked)).toEqual([
    { keys: ["east/payment:PO-0041", "east/adjustment:ADJ-0330"], approve: true, reason: null, versions: expect.anything() },
    { keys: ["east/return:RT-0093"], approve: true, reason: null, versions: expect.anything(), fields: { refundAmount: 8460 } },
    { keys: ["east/return:RT-0098"], approve: true, reason: null, versions: expect.anything(), fields: { refundAmount: 12 } },
  ]);
});

it("shows one that was withdrawn as neither granted nor refused", async () => {
  openPage("approvals", {}, "state=derived");
  expect(within(await screen.findByRole("grid", { name: "History" })).getByText("Withdrawn")).toBeVisible();
});
