import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { closeEvent } from "@/route/selection";
import { startText } from "@/text";
import { openPage } from "../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  closeEvent();
  localStorage.clear();
});

describe("the sources in the top bar", () => {
  it("lead from a login that is needed to the source's settings", async () => {
    openPage("overview", {}, "state=several");
    const bar = await screen.findByRole("banner");
    expect(await within(bar).findByText("Sign-in needed")).toBeVisible();
    await userEvent.setup().click(within(bar).getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(window.location.hash).toBe("#/settings?source=press"));
  });

  it("say why they poll", async () => {
    openPage("overview", {}, "state=polling");
    const bar = await screen.findByRole("banner");
    expect(await within(bar).findByText("Polling every 15 sec")).toBeVisible();
    expect(within(bar).getByText("WebSocket is blocked: the other side is not a WebSocket server · HTTP 403")).toBeVisible();
  });

  it("show how far a catch-up is", async () => {
    openPage("overview", {}, "state=catching");
    const bar = await screen.findByRole("banner");
    const progress = await within(bar).findByRole("progressbar", { name: "Catching up, all sources" });
    expect(Number(progress.getAttribute("aria-valuenow"))).toBeGreaterThan(11);
    expect(within(bar).getByText(/^Catching up [\d,]+ of 98,000$/)).toBeVisible();
  });

  it("speak of all others too, not by colour alone", async () => {
    openPage("overview", {}, "state=several");
    const bar = await screen.findByRole("banner");
    expect(await within(bar).findByText(/^Also: .*Polling, Venue bookings: Offline, .*Catching up, .*Paused, .*Live$/)).toBeInTheDocument();
  });
});

describe("rows of several sources", () => {
  const rows = () => screen.getAllByRole("row").map((row) => row.textContent);

  it("say which source they came through and that they are late", async () => {
    openPage("events?filter=source:south+kind:order", {}, "state=several");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    expect(rows()[1]).toContain("from 华南仓 ERP");
    expect(rows().some((row) => /late by \d min/.test(row ?? ""))).toBe(true);
  });

  it("say over the full width where events may be missing, and where they were fetched", async () => {
    openPage("events?filter=kind:watchdeck", {}, "state=several");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(4));
    expect(rows().slice(1, 4)).toEqual([
      expect.stringMatching(/Possible gap \d\d:\d\d:\d\d – \d\d:\d\d:\d\d \(20 sec\).*华南仓 ERP · channel orders · the server restarted/),
      expect.stringMatching(/Gap filled from history: 37 events · 华南仓 ERP/),
      expect.stringMatching(/Possible gap .* \(2 min 29 sec\)filled from history: 37 events华南仓 ERP · this server cannot resend/),
    ]);
  });

  it("can be walked to the gap and opened there", async () => {
    openPage("events?filter=kind:watchdeck", {}, "state=several");
    const user = userEvent.setup();
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(4));
    await user.keyboard("j{Enter}");
    expect(await within(await screen.findByRole("complementary", { name: "Event details" })).findByText("channel orders · the server restarted and cannot resend what it sent before")).toBeVisible();
  });

  it("are asked for one source by a term of the filter", async () => {
    openPage("events", {}, "state=several");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Source: All sources" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "华南仓 ERP" }));
    expect(screen.getByRole("textbox", { name: "Filter" })).toHaveValue("source:south");
    expect(await screen.findByRole("button", { name: "Source: 华南仓 ERP" })).toBeVisible();
  });

  it("are not told apart where there is only one source", async () => {
    openPage("events");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    expect(rows().some((row) => row?.includes("from 华东仓"))).toBe(false);
    expect(screen.queryByRole("button", { name: /^Source:/ })).toBeNull();
  });
});

describe("the drawer", () => {
  it("shows what is masked only when asked, and masks it again with the next event", async () => {
    const asked = openPage("events?filter=kind:finance", {}, "state=several");
    const user = userEvent.setup();
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    await user.keyboard("jj{Enter}");
    const drawer = await screen.findByRole("complementary", { name: "Event details" });
    await user.click(await within(drawer).findByRole("button", { name: "Show masked" }));
    expect(await within(drawer).findByRole("button", { name: "Mask again" })).toBeVisible();
    const reveals = () => asked.filter((each) => each.name === "event").map((each) => JSON.stringify(each.args).includes("reveal"));
    expect(reveals()).toEqual([false, true]);
    await user.keyboard("j");
    expect(await within(drawer).findByRole("button", { name: "Show masked" })).toBeVisible();
    await waitFor(() => expect(reveals()).toEqual([false, true, false]));
  });

  it("tells times by our clock and says what it took out", async () => {
    openPage("events?filter=source:south+kind:order", {}, "state=several");
    const user = userEvent.setup();
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
    await user.keyboard("j{Enter}");
    const drawer = await screen.findByRole("complementary", { name: "Event details" });
    expect(await within(drawer).findByText(/server clock 2 hr ahead, corrected/)).toBeVisible();
    expect(within(drawer).getByText(/by the server's clock$/)).toBeVisible();
  });
});
