import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { EventPage } from "@/bindings/EventPage";
import { closeEvent } from "@/route/selection";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";
import { aRow } from "../../../tests/fixtures/rows";

beforeEach(() => {
  startText("en");
  closeEvent();
  localStorage.clear();
});

const box = () => screen.findByRole("textbox", { name: "Filter" });
const page = (label: string): EventPage => ({ events: [{ ...aRow(5), label }], next_before: null, let_go: null, scanned: 1, newest: 5 });

async function firstRow(): Promise<HTMLElement> {
  await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
  const row = screen.getAllByRole("row").find((each) => each.dataset.at !== undefined && within(each).queryAllByRole("gridcell").length > 3);
  if (row === undefined) throw new Error("no row");
  return row;
}

describe("a row's menu", () => {
  it("narrows the filter to what is like the row, or leaves that out", async () => {
    openPage("events");
    const user = userEvent.setup();
    const row = await firstRow();
    const cell = row.querySelector("[data-column=kind]");
    if (cell === null) throw new Error("no cell");
    fireEvent.contextMenu(cell, { clientX: 40, clientY: 40 });
    const menu = await screen.findByRole("menu");
    const items = within(menu).getAllByRole("menuitem");
    expect(items[0], "the column under the pointer comes first").toHaveTextContent(/^Only this kind: /);
    await user.click(items[0] ?? menu);
    const input = await box();
    await waitFor(() => expect(input).toHaveDisplayValue(/^kind:\S+$/));
    const kind = input.getAttribute("value") ?? "";

    fireEvent.contextMenu(await firstRow(), { clientX: 40, clientY: 40 });
    await user.click(within(await screen.findByRole("menu")).getByRole("menuitem", { name: /^Not this kind: / }));
    await waitFor(() => expect(input).toHaveValue(`-${kind}`));
  });

  it("opens with the keyboard on the row that is chosen", async () => {
    openPage("events");
    const user = userEvent.setup();
    await firstRow();
    await user.keyboard("{Shift>}{F10}{/Shift}");
    expect(screen.queryByRole("menu"), "no row is chosen yet").toBeNull();
    await user.keyboard("jj{Shift>}{F10}{/Shift}");
    const menu = await screen.findByRole("menu");
    await waitFor(() => expect(menu).toContainElement(document.activeElement as HTMLElement | null));
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
    expect((await box()).getAttribute("value")).toMatch(/^-?kind:/);
    expect(screen.getByRole("grid", { name: "Events" }), "the list has the keys again").toHaveFocus();
    await user.keyboard("{ContextMenu}");
    expect(await screen.findByRole("menu")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  });
});

describe("what nothing matches", () => {
  it("is answered with what may be meant, and the button sets it", async () => {
    openPage("events", { events: ({ filter }, otherwise) => (filter === "kind:invetory" ? { events: [], next_before: null, let_go: null, scanned: 9, newest: 9 } : otherwise()) });
    const user = userEvent.setup();
    const input = await box();
    await user.type(input, "kind:invetory");
    const button = await screen.findByRole("button", { name: "kind:inventory:*" });
    expect(button.closest("[role=status]")).toHaveTextContent("Did you mean");
    await user.click(button);
    expect(input).toHaveValue("kind:inventory:*");
    await waitFor(() => expect(screen.queryByText(/Did you mean/)).toBeNull());
  });

  it("has nothing suggested that matches something", async () => {
    openPage("events");
    const user = userEvent.setup();
    await user.type(await box(), "kind:inv");
    await waitFor(() => expect(screen.getByText(/[1-9]\d* match/)).toBeVisible());
    expect(screen.queryByText(/Did you mean/)).toBeNull();
  });
});

describe("an old result", () => {
  it("is dimmed while the new question has no answer, and a late answer changes nothing", async () => {
    const held = new Map<string, (page: EventPage) => void>();
    openPage("events", { events: ({ filter }, otherwise) => (filter === "" ? otherwise() : new Promise((resolve) => held.set(filter, resolve))) });
    const user = userEvent.setup();
    const input = await box();
    const grid = () => screen.getByRole("grid", { name: "Events" });
    await user.type(input, "old");
    await waitFor(() => expect(held.has("old")).toBe(true));
    held.get("old")?.(page("Old tile"));
    expect(await screen.findByText("Old tile")).toBeVisible();
    await waitFor(() => expect(grid()).not.toHaveAttribute("aria-busy"));

    await user.clear(input);
    await user.type(input, "new");
    expect(grid(), "from the first letter on").toHaveAttribute("aria-busy", "true");
    expect(screen.getByText("Searching")).toBeVisible();
    await waitFor(() => expect(held.has("new")).toBe(true));
    expect(grid()).toHaveAttribute("aria-busy", "true");

    await user.type(input, "er");
    await waitFor(() => expect(held.has("newer")).toBe(true));
    held.get("newer")?.(page("Newer tile"));
    expect(await screen.findByText("Newer tile")).toBeVisible();
    held.get("new")?.(page("New tile"));
    await waitFor(() => expect(grid()).not.toHaveAttribute("aria-busy"));
    expect(screen.queryByText("New tile")).toBeNull();
    expect(screen.queryByText("Old tile")).toBeNull();
  });
});
