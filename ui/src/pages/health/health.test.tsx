import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CommandError } from "@/host";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const inShort = () => screen.findByRole("region", { name: "Summary" });

describe("the feed health page", () => {
  it("is calm when all is well", async () => {
    openPage("health", {}, "state=calm");
    expect(await inShort()).toHaveTextContent("All good1 source live");
    expect(screen.getByText("No events are known to be missing.")).toBeVisible();
  });

  it("names every trouble of every source, worst first", async () => {
    openPage("health", {}, "state=several");
    const short = await inShort();
    expect(within(short).getByRole("status")).toHaveTextContent("Needs you");
    const items = within(short).getAllByRole("listitem").map((item) => item.textContent);
    expect(items[0]).toBe("Content platform: Sign-in needed");
    expect(items.join("\n")).toMatch(/Polling every 15 sec\n.*Offline, next attempt[^]*2 gaps not filled\n2 frames could not be read\n3 failures set aside\n37 dead letters\n.*catching up, [\d,]+ of 98,000/);
    expect(screen.getByText("WebSocket is blocked: the other side is not a WebSocket server · HTTP 403")).toBeVisible();
    expect(screen.getByText(/The server's clock is/)).toHaveTextContent("The server's clock is 2 hr ahead ±500 ms · times and lateness are corrected for it");
  });

  it("tells each stretch of the connection to the keyboard", async () => {
    openPage("health");
    const strip = await screen.findByRole("listbox", { name: /^The last 55 min: connected/ });
    const user = userEvent.setup();
    act(() => strip.focus());
    expect(within(strip).getByRole("option", { selected: true })).toHaveAccessibleName(/^Live since/);
    await user.keyboard("{ArrowLeft}{ArrowLeft}");
    const chosen = within(strip).getByRole("option", { selected: true });
    expect(chosen).toHaveAccessibleName(/^Offline \d\d:\d\d:\d\d – \d\d:\d\d:\d\d \(2 min 29 sec\) · the connection broke · connection reset by peer · attempts: 3$/);
    expect(strip).toHaveAttribute("aria-activedescendant", chosen.id);
  });

  it("lists what broke the connection, in words", async () => {
    openPage("health");
    const user = userEvent.setup();
    const card = await screen.findByRole("article");
    await user.click(within(card).getByRole("button", { name: /^Connection lost 2/ }));
    expect(within(card).getAllByRole("listitem").map((item) => item.textContent)).toEqual([expect.stringContaining("the connection broke"), expect.stringContaining("connected, but silent for too long")]);
  });

  it("shows what a malformed frame begins with, when asked", async () => {
    openPage("health", {}, "state=several");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("tab", { name: /Malformed frames/ }));
    const frame = screen.getByRole("button", { name: /unexpected end of JSON/ });
    expect(screen.queryByLabelText("Start of the frame")).toBeNull();
    await user.click(frame);
    expect(screen.getByLabelText("Start of the frame")).toHaveTextContent('{"type":"inventory:change"');
    expect(frame).toHaveAttribute("aria-expanded", "true");
  });

  it("lists what could not be read by source, in words, and leads to the events", async () => {
    openPage("health", {}, "state=several");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("tab", { name: /^Values not read/ }));
    const region = screen.getByRole("tabpanel", { name: "Values not read" });
    expect(within(region).getAllByRole("heading").map((heading) => heading.textContent)).toEqual([expect.stringMatching(/^.+1,287 values in the events since /), expect.stringMatching(/1 value in the events since /)]);
    const [south, venue] = within(region).getAllByRole("list", { name: /^Values of .+ that could not be read$/ });
    if (south === undefined || venue === undefined) throw new Error("a list per source");
    const items = within(south).getAllByRole("listitem");
    expect(items.map((item) => item.textContent)).toEqual([
      expect.stringMatching(/Payment · Amount · finance1,2341,204 times/),
      expect.stringMatching(/Approval request · Deadline · approvals明天.*41 times/),
      expect.stringMatching(/Stock change · Product ID · inventorymissing: there is no telling.*once/),
      "and 41 more values of other fields",
    ]);
    expect(within(south).getByText(/^明天下班前/), "the whole of it is in the title").toHaveAttribute("title", expect.stringMatching(/提前安排好审批$/));
    expect(within(venue).getByRole("listitem"), "a field without a word is shown as published").toHaveTextContent("houseField");
    await user.click(within(items[0] ?? south).getByRole("button", { name: "Show the events of this source and kind" }));
    await waitFor(() => expect(window.location.hash).toBe("#/events?filter=source%3Asouth+kind%3Afinance%3Apayment"));
  });

  it("says that every value could be read", async () => {
    openPage("health");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("tab", { name: /^Values not read/ }));
    expect(screen.getByText("Every value could be read")).toBeVisible();
  });

  it("makes a support bundle and says where it is and what is not in it", async () => {
    const asked = openPage("health");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Make a support bundle" }));
    const dialog = await screen.findByRole("dialog", { name: "Support bundle" });
    expect(asked.filter((each) => each.name === "support_bundle")).toHaveLength(1);
    expect(dialog).toHaveTextContent("support/watchdeck-20261121-143208.zip");
    expect(dialog).toHaveTextContent("180 kB");
    expect(dialog).toHaveTextContent("Tokens, cookies, passwords");
    expect(dialog).toHaveTextContent("watchdeck doctor");
  });

  it("says that a bundle could not be made, and lets one try again", async () => {
    let refused = 0;
    openPage("health", {
      support_bundle: (_, otherwise) => {
        refused += 1;
        if (refused === 1) throw new CommandError("internal", "No space left on device");
        return otherwise();
      },
    });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Make a support bundle" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("No space left on device");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Retry" }));
    await waitFor(() => expect(screen.getByRole("dialog")).toHaveTextContent("Ready, 180 kB"));
  });

  it.each([
    ["offline", "It retries on its own."],
    ["login", "Sign in to continue."],
    ["paused", "Nothing is received until you resume it"],
    ["silent", "No sign of life"],
    ["stale", "At this hour, pauses are usually no longer than 8 min"],
    ["polling", "Events arrive late, but none are lost."],
  ])("says what happens next while a source is %s", async (state, words) => {
    openPage("health", {}, `state=${state}`);
    expect(await screen.findByText(new RegExp(words))).toBeVisible();
  });

  it("tells one source's way stage by stage, and all together only as far as it is measured", async () => {
    openPage("health", {}, "state=several");
    const user = userEvent.setup();
    const latency = await screen.findByRole("region", { name: "End-to-end latency" });
    const stages = () => within(latency).getAllByRole("rowheader").map((cell) => cell.textContent);
    expect(stages()).toEqual(["Published → here", "Here → stored", "Published → screen"]);
    await user.click(within(latency).getByRole("button", { name: /^Latency for/ }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "Content platform" }));
    expect(stages()).toEqual(["Published → server", "Server → here", "Here → stored", "Published → screen"]);
    expect(within(latency).getByRole("row", { name: /^Published → server/ }), "no samples are not zero milliseconds").toHaveTextContent("Published → server———0");
  });
});
