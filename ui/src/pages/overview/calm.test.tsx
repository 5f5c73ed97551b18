import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { startText } from "@/text";
import { openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

it("says now once: what moved within the last minute is how things should be", async () => {
  openPage("overview");
  await screen.findByRole("table", { name: "Live events" });
  expect(screen.queryAllByText("now").length).toBeLessThanOrEqual(1);
});

it("labels the histogram with its times and its most, and opens a minute's events at a click", async () => {
  openPage("overview");
  const flow = within(await screen.findByRole("region", { name: "Event flow" }));
  expect(flow.getByText(/^most [\d,]+ \/ min$/)).toBeInTheDocument();
  expect(flow.getAllByText(/^\d\d:\d\d$/)).toHaveLength(2);
  fireEvent.click(flow.getByRole("img"), { clientX: 0 });
  await waitFor(() => expect(decodeURIComponent(window.location.hash)).toMatch(/#\/events\?filter=after:.*Z\+before:.*Z/));
});

it("keeps the rows of the live list, in the order in which they are read", async () => {
  openPage("overview");
  const rows = () => within(screen.getByRole("table", { name: "Live events" })).getAllByRole("row");
  await waitFor(() => expect(rows().length).toBeGreaterThan(5));
  const tops = rows().map((row) => Number(/translateY\((-?\d+)px\)/.exec(row.style.transform)?.[1]));
  expect(tops, "the newest first, each 28 px under the one before").toEqual(tops.map((_, i) => (tops[0] ?? 0) + i * 28));
});

it("has a Live mark that is no button", async () => {
  openPage("overview");
  const live = within(await screen.findByRole("banner")).getAllByText("Live").at(-1);
  expect(live?.closest("button")).toBeNull();
  expect(live?.className, "and does not look like one").not.toMatch(/bg-|border|rounded/);
});

it("draws its own tick boxes, which stay tick boxes to the keyboard", async () => {
  openPage("alerts");
  const [box] = await screen.findAllByRole("checkbox");
  expect(box?.className).toContain("appearance-none");
  box?.focus();
  await userEvent.setup().keyboard(" ");
  await waitFor(() => expect(screen.getAllByRole("checkbox")[0]).toBeChecked());
});
