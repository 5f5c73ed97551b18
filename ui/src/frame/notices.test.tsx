import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { toast } from "sonner";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  toast.dismiss();
});

const area = async () => within(await screen.findByRole("region", { name: /^Notifications/ }));

it("shows what the core tells where nothing else can, and takes it away when the core does", async () => {
  const asked = openPage("events", {}, "state=hints");
  const notices = await area();
  expect(await notices.findByText("Low stock: Tile 0")).toBeInTheDocument();
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(notices.getByRole("button", { name: "Acknowledge" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "notice_answered").map((each) => each.args)).toEqual([{ id: "low_stock:T-0", action: "acknowledge" }]));
  await waitFor(() => expect(notices.queryByText("Low stock: Tile 0")).toBeNull());
});

it("rejects a request from its notification with the reason that every rejection needs", async () => {
  const asked = openPage("events", {}, "state=hints");
  const notices = await area();
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(await notices.findByRole("button", { name: "Reject" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "counted twice");
  await user.click(dialog.getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "counted twice" }));
});

it("tells nothing of its own where the system can", async () => {
  openPage("alerts");
  await screen.findByRole("grid", { name: "Alerts" });
  expect(screen.queryByText("Low stock: Tile 0")).toBeNull();
});

it("lets the core show the test of a severity", async () => {
  const asked = openPage("settings", {}, "state=hints");
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  await user.click(await screen.findByRole("button", { name: /Test · Critical|Try · Critical/ }));
  await waitFor(() => expect(asked.find((each) => each.name === "test_delivery")?.args).toEqual({ severity: "critical" }));
});
