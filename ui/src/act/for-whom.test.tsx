import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const decided = (asked: ReturnType<typeof openPage>) => asked.filter((each) => each.name === "decide").map((each) => each.args);

it("asks for whom where several have passed a request on, and says it with the decision", async () => {
  const asked = openPage("approvals", {}, "state=deputy");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Approve .*RT-0093/ }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: /Approve/ }));
  expect(await within(dialog).findByText("Choose in whose name you decide"), "nobody is chosen by itself").toBeVisible();
  expect(decided(asked)).toEqual([]);
  await user.click(within(dialog).getByRole("radio", { name: "王主管" }));
  await user.click(within(dialog).getByRole("button", { name: /Approve/ }));
  await waitFor(() => expect(decided(asked)).toMatchObject([{ approve: true, on_behalf_of: "u7" }]));
  expect(await screen.findByText(/for 王主管/), "the row says in whose name").toBeVisible();
});

it("asks nobody where one has passed it on", async () => {
  const asked = openPage("approvals", {}, "state=deputy");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Approve .*PO-0041/ }));
  await waitFor(() => expect(decided(asked)).toHaveLength(1));
  expect(decided(asked)[0]).not.toHaveProperty("on_behalf_of");
  expect(await screen.findByText(/for 李雷/)).toBeVisible();
});

it("asks it with the reason of a rejection too", async () => {
  const asked = openPage("approvals", {}, "state=deputy");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Reject .*ADJ-0330/ }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByRole("textbox"), "No");
  await user.click(within(dialog).getByRole("button", { name: /Reject/ }));
  expect(decided(asked)).toEqual([]);
  await user.click(within(dialog).getByRole("radio", { name: "李雷" }));
  await user.click(within(dialog).getByRole("button", { name: /Reject/ }));
  await waitFor(() => expect(decided(asked)).toMatchObject([{ approve: false, reason: "No", on_behalf_of: "u1" }]));
});
