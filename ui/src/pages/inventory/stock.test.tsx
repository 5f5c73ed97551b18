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

const table = async () => within(await screen.findByRole("grid", { name: "Stock by product" }));

it("shows what is low on top, in words", async () => {
  openPage("inventory");
  const rows = (await table()).getAllByRole("row");
  expect(rows[1]).toHaveTextContent("Out of stock");
  expect(rows[2]).toHaveTextContent("Low");
});

it("gives a product its own threshold where it stands", async () => {
  const asked = openPage("inventory");
  const user = userEvent.setup();
  await user.click((await table()).getByRole("button", { name: "Change threshold for 马可波罗瓷砖 800×800" }));
  await user.keyboard("{Control>}a{/Control}25{Enter}");
  await waitFor(() => expect(asked.find((each) => each.name === "change_settings")?.args).toEqual({ patch: { product_thresholds: { "A-104": 25 } } }));
});

it("keeps what was typed and says why when it was not saved", async () => {
  openPage("inventory", {
    change_settings: () => {
      throw new CommandError("invalid_input", "a stock threshold must be zero or more");
    },
  });
  const user = userEvent.setup();
  await user.click((await table()).getByRole("button", { name: "Change threshold for 马可波罗瓷砖 800×800" }));
  await user.keyboard("{Control>}a{/Control}25{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("A stock threshold must be zero or more");
  expect(screen.getByRole("textbox", { name: "threshold for 马可波罗瓷砖 800×800" })).toHaveValue("25");
});

it("shows by themselves the products that run out soon", async () => {
  openPage("inventory");
  const all = (await table()).getAllByRole("row").length;
  const user = userEvent.setup();
  const chips = within(screen.getByRole("group", { name: "Runs out within" }));
  await user.click(chips.getByRole("button", { name: "< 4 h" }));
  expect(chips.getByRole("button", { name: "< 4 h" })).toHaveAttribute("aria-pressed", "true");
  await waitFor(async () => expect((await table()).getAllByRole("row").length).toBeLessThan(all));
  await user.click(chips.getByRole("button", { name: "< 4 h" }));
  await waitFor(async () => expect((await table()).getAllByRole("row")).toHaveLength(all));
});

it("narrows by name, and says when nothing is left", async () => {
  openPage("inventory");
  await table();
  const user = userEvent.setup();
  await user.type(screen.getByRole("searchbox", { name: /Find by name/ }), "oak");
  await waitFor(async () => expect((await table()).getAllByRole("row")).toHaveLength(2));
  await user.type(screen.getByRole("searchbox", { name: /Find by name/ }), "zzz");
  expect(await screen.findByText("No matching products")).toBeVisible();
});

it("sets the threshold of several at once, in one change of the settings, and takes it back", async () => {
  const asked = openPage("inventory");
  const user = userEvent.setup();
  const boxes = (await table()).getAllByRole("checkbox").slice(1);
  const [first, third] = [boxes[0], boxes[2]];
  if (first === undefined || third === undefined) throw new Error("there are ten products");
  await user.click(first);
  await user.keyboard("{Shift>}");
  await user.click(third);
  await user.keyboard("{/Shift}");
  expect(screen.getByRole("toolbar")).toHaveTextContent("3 products selected");
  await user.keyboard("t");
  const dialog = within(await screen.findByRole("dialog", { name: "Threshold for 3 products" }));
  await user.type(dialog.getByRole("textbox", { name: "Threshold" }), "25{Enter}");
  const changes = () => asked.filter((each) => each.name === "change_settings").map((each) => each.args);
  await waitFor(() => expect(changes()).toEqual([{ patch: { product_thresholds: { "D-311": 25, "A-119": 25, "A-104": 25 } } }]));
  expect(screen.queryByRole("toolbar"), "what is done is not chosen any more").toBeNull();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(changes()[1]).toMatchObject({ patch: { product_thresholds: { "D-311": null, "A-104": null } } }));
});

it("selects all with Ctrl+A, and none with Escape", async () => {
  openPage("inventory");
  const user = userEvent.setup();
  const boxes = (await table()).getAllByRole("checkbox");
  await user.keyboard("{Control>}a{/Control}");
  expect(screen.getByRole("toolbar")).toHaveTextContent(`${boxes.length - 1} products selected`);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("toolbar")).toBeNull();
});

it("says whose threshold applies, and what applies without an own one", async () => {
  openPage("inventory", {
    hello: async (_args, otherwise) => {
      const hello = await otherwise();
      return { ...hello, settings: { ...hello.settings, warehouse_thresholds: { 华东一号仓: 6 } } };
    },
  });
  const rows = await table();
  expect(rows.getByTitle("This product's own threshold; clear it to go back to that of 华东一号仓, 6")).toHaveTextContent("own");
  expect(rows.getAllByTitle("The threshold of 华东一号仓; click to give this product its own")).toHaveLength(2);
  expect(rows.getAllByTitle("The default threshold; click to give this product its own").length).toBeGreaterThan(3);
  const user = userEvent.setup();
  await user.keyboard("{Control>}a{/Control}t");
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("button", { name: "Use the defaults, 6 to 10" })).toBeVisible();
});
