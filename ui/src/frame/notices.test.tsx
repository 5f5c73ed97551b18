import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { toast } from "sonner";
import { beforeEach, expect, it } from "vitest";
import type { AlertsView } from "@/bindings/AlertsView";
import type { AlertView } from "@/bindings/AlertView";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  toast.dismiss();
});

const area = async () => within(await screen.findByRole("region", { name: /^Notifications/ }));

/** The view with only these firing, as old as a second. */
function only(view: AlertsView, alerts: readonly Partial<AlertView>[]): AlertsView {
  const model = view.active.find((alert) => alert.rule === "low_stock");
  if (model === undefined) throw new Error("the invented ERP has a product that is low");
  const at = Date.now() - 1_000;
  return { ...view, active: alerts.map((over, i) => ({ ...model, id: `low_stock:product:T-${i}`, label: `Tile ${i}`, first_at: at, last_at: at, ...over })) };
}

it("tells new alerts inside the window where nothing else can, and takes them away when they are answered", async () => {
  const asked = openPage("events", { alerts: async (_args, otherwise) => {
    const done = asked.some((each) => each.name === "acknowledge");
    return only(await otherwise(), [{ state: done ? "acknowledged" : "firing" }]);
  } }, "state=hints");
  const notices = await area();
  expect(await notices.findByText("Tile 0 is low")).toBeInTheDocument();
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(notices.getByRole("button", { name: "Acknowledge" }));
  await waitFor(() => expect(asked.find((each) => each.name === "acknowledge")?.args).toEqual({ ids: ["low_stock:product:T-0"] }));
  await waitFor(() => expect(notices.queryByText("Tile 0 is low")).toBeNull());
});

it("rejects a request from its notification with the reason that every rejection needs", async () => {
  const request = { id: "approval_requested:approval:return:RT-0093", rule: "approval_requested", label: "RT-0093", values: { number: "RT-0093", resource_type: "return" } };
  const asked = openPage("events", { alerts: async (_args, otherwise) => only(await otherwise(), [request]) }, "state=hints");
  const notices = await area();
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(await notices.findByRole("button", { name: "Reject" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "counted twice");
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["return:RT-0093"], approve: false, reason: "counted twice" }));
});

it("sums up what is more than three, and says nothing of what is old", async () => {
  const old = Date.now() - 120_000;
  openPage("events", { alerts: async (_args, otherwise) => only(await otherwise(), [{}, {}, {}, {}, {}, { first_at: old }]) }, "state=hints");
  const notices = await area();
  expect(await notices.findByText("2 more alerts")).toBeInTheDocument();
  expect(notices.getAllByText(/is low$/)).toHaveLength(3);
});

it("leaves it to the system where the system can", async () => {
  const asked = openPage("alerts", { alerts: async (_args, otherwise) => only(await otherwise(), [{}]) });
  await waitFor(() => expect(asked.some((each) => each.name === "alerts")).toBe(true));
  const grid = within(await screen.findByRole("grid", { name: "Alerts" }));
  expect(await grid.findByText("Tile 0 is low")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
});

it("shows the test of a severity inside the window as well", async () => {
  openPage("settings", { alerts: async (_args, otherwise) => only(await otherwise(), []) }, "state=hints");
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(await screen.findByRole("button", { name: /Test · Critical|Try · Critical/ }));
  expect(await (await area()).findByText("This is a test")).toBeInTheDocument();
});
