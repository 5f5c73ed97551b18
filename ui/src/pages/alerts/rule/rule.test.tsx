import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { toggled } from "@/parts/week-hours";
import { said } from "@/rules";
import { startText } from "@/text";
import { openPage } from "../../../../tests/fixtures/open";
import { BLANK, nameFor, reworded, whole } from "./draft";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("writes a rule from an example, shows what it would have done, and puts it in force", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "New rule" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New rule" }));
  await user.click(dialog.getByRole("button", { name: "Refund above 10,000" }));
  expect(dialog.getByRole("textbox", { name: "When" })).toHaveValue("kind:finance:refund amount>10000");
  expect(await dialog.findByText(/it would have fired/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save rule" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const title = { zh: "Refund above 10,000", en: "Refund above 10,000" };
  const rules = { refund_above_10_000: { ...BLANK, title, when: "kind:finance:refund amount>10000" } };
  expect(asked.find((each) => each.name === "change_settings")?.args).toEqual({ patch: { rules } });
  expect(await screen.findByRole("button", { name: "Change Refund above 10,000" })).toBeVisible();
});

it("makes a rule of the filter that somebody looks by", async () => {
  openPage("events?filter=kind%3Afinance%3A*");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Make a rule of this filter" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New rule" }));
  expect(dialog.getByRole("textbox", { name: "When" })).toHaveValue("kind:finance:*");
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(window.location.hash).toBe("#/alerts"));
});

it("says what is wrong where it stands, and saves nothing", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "New rule" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New rule" }));
  await user.type(dialog.getByRole("textbox", { name: "When" }), "amount>");
  await waitFor(() => expect(dialog.getByRole("textbox", { name: "When" })).toBeInvalid());
  await user.click(dialog.getByRole("button", { name: "Save rule" }));
  expect(dialog.getByText(/Give it a name/)).toBeVisible();
  expect(asked.some((each) => each.name === "change_settings")).toBe(false);
});

it("changes a shipped rule, which can be switched off and not deleted", async () => {
  openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Change Order stuck" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Rule" }));
  expect(dialog.getByRole("textbox", { name: "What to do" })).toHaveValue("Open the order and find out which step it waits for.");
  expect(dialog.queryByRole("button", { name: "Delete rule" })).toBeNull();
});

it("marks a shipped rule that was changed, and puts back what came with Watchdeck", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  const saved = () => asked.filter((each) => each.name === "change_settings").map((each) => each.args);
  expect(await screen.findByRole("button", { name: "Change Order stuck" })).toBeVisible();
  expect(screen.queryByText("changed"), "as it came").toBeNull();
  await user.click(screen.getByRole("button", { name: "Change Order stuck" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Rule" }));
  expect(dialog.queryByRole("button", { name: "Use the shipped one" })).toBeNull();
  const when = dialog.getByRole("textbox", { name: "When" });
  await user.clear(when);
  await user.type(when, "order.dwell > 8h");
  await user.click(dialog.getByRole("button", { name: "Save rule" }));
  expect(await screen.findByText("changed")).toBeVisible();
  expect(screen.getByText("order.dwell > 8h")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Use the shipped one: Order stuck" }));
  await waitFor(() => expect(saved().at(-1)).toEqual({ patch: { rules: { order_stuck: null } } }));
  expect(await screen.findByText("order.dwell > 24h")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(saved().at(-1), "what the user wrote is not lost").toMatchObject({ patch: { rules: { order_stuck: { when: "order.dwell > 8h" } } } }));
  expect(await screen.findByText("order.dwell > 8h")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change Order stuck" }));
  const again = within(await screen.findByRole("dialog", { name: "Rule" }));
  await user.click(again.getByRole("button", { name: "Use the shipped one" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(saved().at(-1)).toEqual({ patch: { rules: { order_stuck: null } } });
  expect(await screen.findByText("order.dwell > 24h")).toBeVisible();
});

it("shows how much is asked of people, and opens the rule that asks most", async () => {
  openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Load" }));
  expect(await screen.findByRole("region", { name: "By day" })).toHaveTextContent("58");
  await user.click(within(screen.getByRole("region", { name: "By rule" })).getByRole("button", { name: "Try a change: Order stuck" }));
  expect(await screen.findByRole("dialog", { name: "Rule" })).toBeVisible();
});

it("tells again at a step, in words of its own", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Change Order stuck" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Rule" }));
  // The other one is for what nobody has.
  const [add] = dialog.getAllByRole("button", { name: "Add step" });
  if (add === undefined) throw new Error("steps can be added");
  await user.click(add);
  await user.type(dialog.getByRole("textbox", { name: "Step 1: when" }), "order.dwell > 2d");
  await user.click(dialog.getByRole("switch", { name: "Tell again when step 1 begins to hold" }));
  await user.type(dialog.getByRole("textbox", { name: "What is said at step 1" }), "for two days");
  await user.click(dialog.getByRole("button", { name: "Save rule" }));
  const step = { when: "order.dwell > 2d", severity: "critical", tells: true, say: { zh: "", en: "for two days" } };
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toMatchObject({ patch: { rules: { order_stuck: { steps: [step] } } } }));
});

it("keeps alerts quiet for a while, with a reason, and takes that back", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "New silence" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New silence" }));
  await user.click(dialog.getByRole("button", { name: "Keep quiet" }));
  expect(dialog.getByText(/Say which alerts/)).toBeVisible();
  expect(dialog.getByText(/Say why/)).toBeVisible();
  await user.type(dialog.getByRole("textbox", { name: "Which alerts" }), "rule:low_stock");
  expect(await dialog.findByText(/It hides/)).toBeVisible();
  await user.type(dialog.getByRole("textbox", { name: "Why" }), "Stock taking");
  await user.click(dialog.getByRole("button", { name: "Keep quiet" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const saved = asked.find((each) => each.name === "change_settings")?.args as { patch: { silences: Record<string, { filter: string; reason: string }> } };
  expect(saved.patch.silences["stock_taking"]).toMatchObject({ filter: "rule:low_stock", reason: "Stock taking", author: "周主管" });
  await user.click(await screen.findByRole("button", { name: "End silence: Stock taking" }));
  expect(await screen.findByText("Nothing is kept quiet.")).toBeVisible();
});

it("acknowledges with a note", async () => {
  const asked = openPage("alerts");
  const user = userEvent.setup();
  await user.type(await screen.findByRole("textbox", { name: "Note" }), "restarted the pump{Enter}");
  await waitFor(() => expect(asked.find((each) => each.name === "acknowledge")?.args).toMatchObject({ note: "restarted the pump" }));
});

it("keeps both languages together until one is written by itself", () => {
  const both = reworded({ zh: "", en: "" }, "en", "Refund");
  expect(both).toEqual({ zh: "Refund", en: "Refund" });
  const own = reworded(both, "zh", "退款");
  expect(own).toEqual({ zh: "退款", en: "退款" });
  expect(reworded({ zh: "退款", en: "Refund" }, "en", "Large refund")).toEqual({ zh: "退款", en: "Large refund" });
  expect(said({ zh: "退款", en: " " }, "en")).toBe("退款");
});

it("finds a name that nobody has", () => {
  expect(nameFor("Refund above 10,000", [])).toBe("refund_above_10_000");
  expect(nameFor("大额退款", ["rule"])).toBe("rule_2");
  expect([whole(""), whole(" 12 "), whole("1.5"), whole("x")]).toEqual([0, 12, null, null]);
  expect(toggled([], 7)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(toggled([1, 2, 3, 4, 5, 6], 7)).toEqual([]);
});
