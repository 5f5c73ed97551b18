import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("shows what would go, lets it go, and says what came of it", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Show what would go" }));
  const dialog = await screen.findByRole("dialog", { name: "What would be let go" });
  expect(await within(dialog).findByText(/41,220 events/)).toBeVisible();
  expect(within(dialog).getByText("312"), "what is held is said").toBeVisible();
  expect(asked.some((each) => each.name === "let_go"), "nothing goes by looking").toBe(false);
  await user.click(within(dialog).getAllByRole("button", { name: "Close" }).at(-1)!);
  await user.click(screen.getByRole("button", { name: "Let go now" }));
  expect(await screen.findByText(/41,220 events let go, .* returned to the disk/)).toBeVisible();
});

it("keeps a limit, and what is said of it when it is none", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  const box = await screen.findByRole("textbox", { name: "Keep events for" });
  await user.clear(box);
  await user.type(box, "0{Enter}");
  expect(await screen.findByText("1 to 36,500 whole days")).toBeVisible();
  await user.clear(box);
  await user.type(box, "90{Enter}");
  const keeping = () => asked.findLast((each) => each.name === "change_settings")?.args;
  await waitFor(() => expect(keeping()).toMatchObject({ patch: { keeping: { days: 90, gigabytes: 2 } } }));
  await user.click(screen.getByRole("switch", { name: "Keep events for: Without limit" }));
  await waitFor(() => expect(keeping()).toMatchObject({ patch: { keeping: { days: null } } }));
});

it("holds what is said, and nothing that says nothing", async () => {
  const asked = openPage("settings");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add hold" }));
  const save = screen.getByRole("button", { name: "Hold" });
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "Audit");
  expect(save).toBeDisabled();
  await user.type(screen.getByRole("textbox", { name: "Record" }), "order:SO-7");
  await user.click(save);
  await waitFor(() => expect(asked.findLast((each) => each.name === "change_settings")?.args).toMatchObject({ patch: { keeping: { holds: [{ why: "Audit", subject: "order:SO-7" }] } } }));
  expect(await screen.findByText("order:SO-7")).toBeVisible();
});
