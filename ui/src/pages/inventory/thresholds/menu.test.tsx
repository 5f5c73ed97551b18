import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const table = (text: string) => new File([text], "thresholds.csv", { type: "text/csv" });
const changes = (asked: ReturnType<typeof openPage>) => asked.filter((each) => each.name === "change_settings").map((each) => each.args);

it("shows what a table would change, changes it in one go when it is applied, and takes that back", async () => {
  const asked = openPage("inventory");
  const user = userEvent.setup();
  await user.upload(await screen.findByLabelText("Table with thresholds"), table("Product ID,Threshold\nA-104,25\nA-119,\nB-021,many\nN-1,4\n"));
  const dialog = within(await screen.findByRole("dialog", { name: "Import thresholds from thresholds.csv" }));
  expect(dialog.getByRole("list", { name: "In short" })).toHaveTextContent(/2 set\s*0 changed\s*1 removed\s*0 unchanged\s*1 cannot be read/);
  expect(dialog.getByRole("region", { name: "Lines that are left out" })).toHaveTextContent("Line 4: “many” is no number of zero or more");
  expect(dialog.getByRole("region", { name: "What will change" })).toHaveTextContent("马可波罗瓷砖 800×800 · A-104none25");
  expect(dialog.getByText("not seen yet")).toBeVisible();
  expect(changes(asked), "nothing before it is applied").toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Apply 3 changes" }));
  await waitFor(() => expect(changes(asked)).toEqual([{ patch: { product_thresholds: { "A-104": 25, "A-119": null, "N-1": 4 } } }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(changes(asked)[1]).toEqual({ patch: { product_thresholds: { "A-104": null, "A-119": 10, "N-1": null } } }));
});

it("says what is wrong with a file that is no such table", async () => {
  const asked = openPage("inventory");
  const user = userEvent.setup();
  await user.upload(await screen.findByLabelText("Table with thresholds"), table("Name,Price\nOak,3\n"));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("alert")).toHaveTextContent("Its first line has to name the columns");
  await user.click(dialog.getAllByRole("button", { name: "Close" })[0] ?? document.body);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(changes(asked)).toEqual([]);
});

it("has nothing to apply where a table says what holds", async () => {
  openPage("inventory");
  await userEvent.setup().upload(await screen.findByLabelText("Table with thresholds"), table("商品编号,阈值\nA-119,10\nA-104,\n"));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/Nothing to change/)).toBeVisible();
  expect(dialog.queryByRole("button", { name: /Apply/ })).toBeNull();
});

it("lets the core write the table on the desktop", async () => {
  const asked = openPage("inventory", { hello: async (_args, otherwise) => ({ ...(await otherwise()), host: "desktop" }) });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Thresholds as a table" }));
  await user.click(await screen.findByRole("menuitem", { name: "Export thresholds (CSV)" }));
  expect(await screen.findByText(/10 products written: \/srv\/ops\/Downloads\/watchdeck-thresholds/)).toBeVisible();
  const [{ args } = { args: null }] = asked.filter((each) => each.name === "export_thresholds");
  const { table: text } = args as { table: string };
  expect(text.startsWith("\uFEFFProduct ID,Name,Warehouse,On hand,Threshold\r\n")).toBe(true);
  expect(text).toContain("\r\nA-119,蒙娜丽莎木纹砖 150×900,华东一号仓,7,10\r\n");
});

it("hands the table to the downloads of a browser", async () => {
  const made = vi.fn((_blob: Blob) => "blob:table");
  const names: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => undefined });
  try {
    openPage("inventory");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Thresholds as a table" }));
    await user.click(await screen.findByRole("menuitem", { name: "Export thresholds (CSV)" }));
    expect(await screen.findByText(/10 products written/)).toBeVisible();
    expect(names).toEqual([expect.stringMatching(/^watchdeck-thresholds-\d{4}-\d\d-\d\d-\d{6}\.csv$/)]);
    const bytes = new Uint8Array((await made.mock.calls[0]?.[0].arrayBuffer()) ?? new ArrayBuffer(0));
    expect([...bytes.slice(0, 3)], "the mark that Excel looks for").toEqual([0xef, 0xbb, 0xbf]);
  } finally {
    click.mockRestore();
  }
});
