import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { FoundView } from "@/bindings/FoundView";
import { closeEvent } from "@/route/selection";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";
import { byKind } from "./palette-found";
import { aRow } from "../../tests/fixtures/rows";

const NONE = { rows: [], total: 0 };

/** One product, called as it was asked for. */
function product(text: string): FoundView {
  const row = { key: `east/product:${text}`, source: "east", label: `Tile ${text}`, detail: text, sort: null, status: null, seq: 7 };
  return { products: { rows: [row], total: 1 }, orders: NONE, approvals: NONE, parties: NONE };
}

async function palette() {
  const user = userEvent.setup();
  await screen.findByRole("navigation", { name: "Main navigation" });
  await user.keyboard("{Control>}k{/Control}");
  return { user, input: await screen.findByRole("combobox") };
}

beforeEach(() => {
  startText("en");
  closeEvent();
  localStorage.clear();
});

describe("the palette", () => {
  it("finds a product, and Enter leads to it on its page", async () => {
    openPage("orders", { find: ({ text }) => product(text) });
    const { user, input } = await palette();
    await user.type(input, "SKU-7");
    const option = await screen.findByRole("option", { name: /Tile SKU-7/ });
    await waitFor(() => expect(option, "what is found is chosen, though it came later").toHaveAttribute("aria-selected", "true"));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(window.location.hash).toBe("#/inventory?find=SKU-7"));
    expect(await screen.findByRole("searchbox")).toHaveValue("SKU-7");
    expect(screen.queryByRole("listbox"), "and the palette is gone").toBeNull();
  });

  it("ends with searching the events, with how many there are", async () => {
    openPage("overview", { find: ({ text }) => product(text) });
    const { user, input } = await palette();
    await user.type(input, "kind:finance");
    await waitFor(() => expect(screen.getAllByRole("option").at(-1)).toHaveTextContent(/Search events for “kind:finance”.*\d/));
    await user.keyboard("{End}{Enter}");
    await waitFor(() => expect(window.location.hash).toBe("#/events?filter=kind%3Afinance"));
  });

  it("never shows an old result as the answer to a new question", async () => {
    const held = new Map<string, (view: FoundView) => void>();
    openPage("overview", { find: ({ text }) => new Promise((resolve) => held.set(text, resolve)) });
    const { user, input } = await palette();
    await user.type(input, "old");
    await waitFor(() => expect(held.has("old")).toBe(true));
    held.get("old")?.(product("old"));
    const first = await screen.findByRole("option", { name: /Tile old/ });
    expect(first).not.toHaveAttribute("aria-disabled", "true");

    await user.clear(input);
    await user.type(input, "new");
    await waitFor(() => expect(held.has("new")).toBe(true));
    const still = screen.queryByRole("option", { name: /Tile old/ });
    if (still !== null) expect(still, "dimmed, and not to be chosen").toHaveAttribute("aria-disabled", "true");

    await user.clear(input);
    await user.type(input, "newer");
    await waitFor(() => expect(held.has("newer")).toBe(true));
    held.get("newer")?.(product("newer"));
    expect(await screen.findByRole("option", { name: /Tile newer/ })).toBeVisible();
    held.get("new")?.(product("new"));
    await user.keyboard("{ArrowDown}{ArrowUp}");
    expect(screen.queryByRole("option", { name: /Tile new$|Tile new /, }), "an answer that comes late is none").toBeNull();
    expect(screen.queryByRole("option", { name: /Tile old/ })).toBeNull();
  });

  it("says how many more there are, and finds pages in both languages", async () => {
    openPage("overview", { find: () => ({ ...product("7"), products: { rows: product("7").products.rows, total: 41 } }) });
    const { user, input } = await palette();
    await user.type(input, "库存");
    const list = within(screen.getByRole("listbox"));
    expect(await list.findByText("Products · 1 of 41")).toBeVisible();
    expect(list.getByRole("option", { name: /Inventory/ })).toHaveAttribute("aria-selected", "true");
  });

  it("asks nothing while nothing is typed", async () => {
    const asked = openPage("overview");
    const { user, input } = await palette();
    await user.type(input, "x");
    await waitFor(() => expect(asked.some((each) => each.name === "find")).toBe(true));
    await user.clear(input);
    expect(screen.queryByText(/Search events/)).toBeNull();
    expect(screen.getByRole("option", { name: /Overview/ })).toBeVisible();
  });
});

it("events are counted by kind, most first", () => {
  const kinds = ["a", "b", "b"].map((kind, i) => ({ ...aRow(i + 1), kind }));
  expect(byKind({ events: kinds, next_before: null, let_go: null, scanned: 3, newest: 3 })).toEqual([["b", 2], ["a", 1]]);
});
