import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { CommandError } from "@/host";
import { passNotices } from "@/parts/notice";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
  // What an earlier test was told is over.
  passNotices(60_000);
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
  expect(asked.filter((each) => each.name === "decide").map((each) => each.args)).toEqual([{ keys: ["east/return:RT-0093", "east/payment:PO-0041"], approve: true, reason: null, versions: expect.anything() }]);
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
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "no budget", versions: expect.anything() }));
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
  expect(await rows.findByText("Approving…")).toBeVisible();
});

const strip = () => within(screen.getByRole("region", { name: "Notifications" }));
const decided = (asked: readonly { name: string }[]) => asked.filter((each) => each.name === "decide").length;

it("says on its row and in one line that a decision is held, with what it comes to, and Z takes it back", async () => {
  const asked = openPage("approvals");
  const rows = await queue();
  const user = userEvent.setup();
  await user.keyboard("a");
  expect(await rows.findByText("Approving…")).toBeVisible();
  expect(await strip().findByText("Approving RT-0093")).toBeVisible();
  expect(strip().getByText(/8,460\.00/)).toBeVisible();
  expect(rows.queryByRole("button", { name: "Approve RT-0093" }), "it is decided once").toBeNull();
  await user.keyboard("z");
  await waitFor(() => expect(asked.find((each) => each.name === "withdraw")?.args).toEqual({ keys: ["east/return:RT-0093"] }));
  expect(await rows.findByRole("button", { name: "Approve RT-0093" })).toBeVisible();
  await waitFor(() => expect(strip().queryByText("Approving RT-0093")).toBeNull());
  expect(strip().getByText(/RT-0093 is undecided again/)).toBeVisible();
});

it("takes back one of several by its row, and the rest together", async () => {
  const asked = openPage("approvals");
  const rows = await queue();
  const user = userEvent.setup();
  await user.click(rows.getByRole("checkbox", { name: "Select RT-0093" }));
  await user.click(rows.getByRole("checkbox", { name: "Select PO-0041" }));
  await user.keyboard("a");
  expect(await strip().findByText("Approving 2 requests")).toBeVisible();
  expect(strip().getByText(/72,460\.00/), "the sum of what is being decided").toBeVisible();
  await user.click(rows.getByRole("button", { name: "Undo the decision on PO-0041" }));
  expect(await strip().findByText("Approving RT-0093")).toBeVisible();
  await user.click(strip().getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(asked.filter((each) => each.name === "withdraw").map((each) => each.args)).toEqual([{ keys: ["east/payment:PO-0041"] }, { keys: ["east/return:RT-0093"] }]));
});

it("says in words why a decision cannot be taken back any more", async () => {
  openPage("approvals", { withdraw: ({ keys }) => keys.map((key) => ({ key, ok: false, error: "the decision on RT-0093 was already handed on" })) });
  const rows = await queue();
  const user = userEvent.setup();
  await user.keyboard("a");
  await rows.findByText("Approving…");
  await user.keyboard("z");
  await waitFor(() => expect(screen.getByRole("button", { name: /Next of 2/ })).toBeVisible());
  await user.click(screen.getByRole("button", { name: /Next of 2/ }));
  expect(strip().getByText(/already handed on to the ERP/)).toBeVisible();
});

it("asks back before a large approval, also where only the sum is large", async () => {
  const asked = openPage("approvals", { hello: async (_args, otherwise) => ({ ...(await otherwise()), settings: { ...(await otherwise()).settings, ask_above: "70000" } }) });
  const rows = await queue();
  const user = userEvent.setup();
  await user.click(rows.getByRole("checkbox", { name: "Select RT-0093" }));
  await user.click(rows.getByRole("checkbox", { name: "Select PO-0041" }));
  await user.keyboard("a");
  const dialog = within(await screen.findByRole("dialog", { name: /Approve 2 requests, CN¥\s?72,460\.00 in all\?/ }));
  expect(dialog.getByText("RT-0093")).toBeVisible();
  expect(dialog.getByText("陈晨")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(decided(asked), "nothing was decided").toBe(0);
  await user.keyboard("a");
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Approve" }));
  await waitFor(() => expect(decided(asked)).toBe(1));
});

it("asks for a name before the first decision, keeps it, and never asks again", async () => {
  let kept = "";
  const asked = openPage("approvals", {
    hello: async (_args, otherwise) => ({ ...(await otherwise()), settings: { ...(await otherwise()).settings, user_name: kept } }),
    change_settings: ({ patch }, otherwise) => {
      kept = patch.user_name ?? "";
      return otherwise();
    },
  });
  const rows = await queue();
  const user = userEvent.setup();
  await user.keyboard("a");
  const dialog = within(await screen.findByRole("dialog", { name: "Your name for approvals" }));
  await user.click(dialog.getByRole("button", { name: "Continue" }));
  expect(dialog.getByRole("alert")).toHaveTextContent("Enter your name");
  await user.type(dialog.getByRole("textbox"), " Emma Clarke {Enter}");
  await waitFor(() => expect(decided(asked), "it goes on with what was meant").toBe(1));
  expect(asked.find((each) => each.name === "change_settings")?.args).toEqual({ patch: { user_name: "Emma Clarke" } });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(rows.getByRole("button", { name: "Approve PO-0041" }));
  await waitFor(() => expect(decided(asked)).toBe(2));
});

it("decides nothing when nobody gives a name, and says why a name was not kept", async () => {
  const asked = openPage("approvals", {
    hello: async (_args, otherwise) => ({ ...(await otherwise()), settings: { ...(await otherwise()).settings, user_name: "" } }),
    change_settings: () => {
      throw new CommandError("store_unavailable", "the event store is closed");
    },
  });
  await queue();
  const user = userEvent.setup();
  await user.keyboard("r");
  const dialog = within(await screen.findByRole("dialog", { name: "Your name for approvals" }));
  await user.type(dialog.getByRole("textbox"), "Emma{Enter}");
  expect(await dialog.findByRole("alert")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(decided(asked)).toBe(0);
});

it("offers reasons given before, and says what is rejected", async () => {
  const asked = openPage("approvals");
  await queue();
  const user = userEvent.setup();
  await user.keyboard("r");
  const dialog = within(await screen.findByRole("dialog", { name: "Reject RT-0093" }));
  expect(dialog.getByText("陈晨")).toBeVisible();
  expect(dialog.getByText(/8,460\.00/)).toBeVisible();
  await user.click(await dialog.findByRole("button", { name: "Quote is missing" }));
  expect(dialog.getByRole("textbox")).toHaveValue("Quote is missing");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "Quote is missing", versions: expect.anything() }));
});

it("lists what waits for a source that is offline, and withdraws it", async () => {
  const waiting = { key: "east/order:SO-1", number: "SO-1", amount: "1024.00", unread: null, currency: "CNY", source: "east", reason: null, decision: { approve: true, at: Date.now() - 720_000, state: "queued" as const, attempts: 3, error: "connection refused", held_until: null, on_behalf_of: null } };
  const asked = openPage("approvals", { decisions: () => ({ waiting: [waiting], waiting_count: 1, reasons: [] }), withdraw: ({ keys }) => keys.map((key) => ({ key, ok: true, error: null })) });
  const list = within(await screen.findByRole("region", { name: "Not sent yet" }));
  expect(list.getByText("SO-1")).toBeVisible();
  expect(list.getAllByText(/1,024\.00/)[0]).toBeVisible();
  expect(list.getByText(/connection refused/)).toBeVisible();
  await userEvent.setup().click(list.getByRole("button", { name: "Withdraw the decision on SO-1" }));
  await waitFor(() => expect(asked.find((each) => each.name === "withdraw")?.args).toEqual({ keys: ["east/order:SO-1"] }));
});

it("looks for decisions in the whole history and says how far back it goes", async () => {
  const asked = openPage("approvals");
  await queue();
  const past = within(await screen.findByRole("region", { name: "History" }));
  const user = userEvent.setup();
  expect(await past.findByText("SO-9000")).toBeVisible();
  await user.type(past.getByRole("searchbox"), "SO-8760");
  expect(await past.findByText("SO-8760"), "it is not among the newest").toBeVisible();
  expect(past.queryByText("SO-9000")).toBeNull();
  expect(past.getByText(/the oldest event kept here/)).toBeVisible();
  expect(asked.some((each) => each.name === "approval_history" && JSON.stringify(each.args).includes("SO-8760"))).toBe(true);
  await user.clear(past.getByRole("searchbox"));
  await user.type(past.getByRole("searchbox"), "nobody");
  expect(await past.findByText("No decision matches “nobody”")).toBeVisible();
});

it("offers reasons that lie ready before those given before, each once", async () => {
  const asked = openPage("approvals", { hello: async (_args, otherwise) => ({ ...(await otherwise()), settings: { ...(await otherwise()).settings, reject_reasons: ["Over budget", "Quote is missing"] } }) });
  await queue();
  const user = userEvent.setup();
  await user.keyboard("r");
  const dialog = within(await screen.findByRole("dialog", { name: "Reject RT-0093" }));
  const ready = within(dialog.getByRole("region", { name: "Your reasons" }));
  expect(ready.getAllByRole("button").map((each) => each.textContent)).toEqual(["Over budget", "Quote is missing"]);
  await waitFor(() => expect(dialog.getAllByRole("button", { name: "Quote is missing" })).toHaveLength(1));
  await user.click(ready.getByRole("button", { name: "Over budget" }));
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(asked.find((each) => each.name === "decide")?.args).toEqual({ keys: ["east/return:RT-0093"], approve: false, reason: "Over budget", versions: expect.anything() }));
});

it("shows what I decided, how and what about, and exports just that", async () => {
  const asked = openPage("approvals");
  await queue();
  const past = within(await screen.findByRole("region", { name: "History" }));
  const user = userEvent.setup();
  const last = (name: string) => asked.findLast((each) => each.name === name)?.args;
  await user.click(past.getByRole("button", { name: "Decided by me" }));
  await waitFor(() => expect(last("approval_history")).toMatchObject({ mine: true, outcome: null }));
  await user.click(past.getByRole("button", { name: "Outcome: Any outcome" }));
  await user.click(await screen.findByRole("menuitemcheckbox", { name: "Rejected" }));
  expect(await past.findByRole("button", { name: "Outcome: Rejected" })).toBeVisible();
  await waitFor(() => expect(past.queryByText("SO-8999"), "it was approved").toBeNull());
  await user.click(past.getByRole("button", { name: /Export/ }));
  await user.click(await screen.findByRole("menuitem", { name: "JSON Lines" }));
  await waitFor(() => expect(last("export_decisions")).toEqual({ query: "", mine: true, outcome: "rejected", resource_type: null, format: "jsonl" }));
  expect(await screen.findByText(/decisions in/)).toBeVisible();
});
