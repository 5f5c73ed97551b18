import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

async function show(state: string) {
  openPage("health", {}, state);
  const user = userEvent.setup();
  await user.click(await screen.findByRole("tab", { name: "Handlers" }));
  return user;
}

const row = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name} `) });

describe("the handlers of the feed health page", () => {
  it("says who does what and how far that is, and that nothing was left over", async () => {
    await show("state=calm");
    expect(row("Page figures")).toHaveTextContent("runningup to date41.7 / s");
    expect(row("Filling gaps")).toHaveTextContent("none");
    expect(await screen.findByText("No dead letters")).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Try all/ })).toBeNull();
  });

  it("shows what fails, what rests and what is replayed, and does not pass an estimate off as a count", async () => {
    await show("state=several");
    expect(row("Action ERP mirror")).toHaveTextContent(/retryingabout 2143.2 \/ s41237.*HTTP 503/);
    expect(row("Action 仓库归档")).toHaveTextContent("pausedReplaying · 4,120 of 9,000 · 10× the original pace · 2 failed");
    expect(within(row("Page figures")).getByRole("progressbar", { name: "Recomputing" })).toHaveAttribute("aria-valuenow", "40");
  });

  it("tries all that are meant again after saying how many, and one at once", async () => {
    const user = await show("state=several");
    const letters = screen.getByRole("region", { name: "Dead letters" });
    await user.click(await within(letters).findByRole("button", { name: "Try all 38 again…" }));
    expect(screen.getByRole("dialog", { name: "Try 38 dead letters again?" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    await user.type(within(letters).getByRole("textbox"), "kind:order:*{Enter}");
    await user.click(await within(letters).findByRole("button", { name: "Try all 24 again…" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Try again" }));
    expect(await within(letters).findByText("No dead letter matches")).toBeVisible();
    await user.type(within(letters).getByRole("textbox"), "{Escape}");
    const [first] = await within(letters).findAllByRole("button", { name: "Try again" });
    if (first === undefined) throw new Error("fourteen are left");
    await user.click(first);
    await waitFor(() => expect(within(letters).getByRole("button", { name: "Try all 13 again…" })).toBeVisible());
  });

  it("throws away only what may be, and says how many that are", async () => {
    const user = await show("state=several");
    await user.click(await screen.findByRole("button", { name: "Discard all 37…" }));
    await user.click(within(screen.getByRole("dialog", { name: "Discard 37 dead letters?" })).getByRole("button", { name: "Discard" }));
    expect(await screen.findByRole("button", { name: "Try 1 again…" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Discard" })).toBeDisabled();
  });

  it("asks from where and how fast before it replays", async () => {
    const user = await show("state=several");
    await user.click(within(row("Action ERP mirror")).getByRole("button", { name: "Actions for Action ERP mirror" }));
    expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual(["Pause", "Stop", "Move…", "Replay…"]);
    await user.click(screen.getByRole("menuitem", { name: "Replay…" }));
    const dialog = screen.getByRole("dialog", { name: "Replay to Action ERP mirror" });
    await user.click(within(dialog).getByRole("radio", { name: "An event number" }));
    const number = within(dialog).getByRole("textbox", { name: "Event number" });
    await user.clear(number);
    await user.click(within(dialog).getByRole("button", { name: "Replay" }));
    expect(within(dialog).getByRole("alert")).toHaveTextContent("Enter a valid time or number.");
    await user.type(number, "12");
    await user.click(within(dialog).getByRole("radio", { name: "10×" }));
    await user.click(within(dialog).getByRole("button", { name: "Replay" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("leads from the summary to the dead letters", async () => {
    openPage("health", {}, "state=several");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "37 dead letters" }));
    expect(await screen.findByRole("tab", { name: "Handlers", selected: true })).toBeVisible();
  });
});
