import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { CommandError } from "@/host";
import { startText } from "@/text";
import { openPage } from "../../../../tests/fixtures/open";
import { chosenAtFirst, isWhole, readSpan } from "./spans";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const section = () => screen.findByRole("region", { name: "Absence" });

describe("the section of absences", () => {
  it("says who decides for whom, ends what was given and nothing that was received", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    const list = await section();
    expect(await within(list).findByText(/^赵雷 will decide for you/)).toBeVisible();
    expect(within(list).getByText(/^You decide for 李雷 until /)).toBeVisible();
    expect(within(list).getByText(/Return, Refund$/)).toBeVisible();
    const end = within(list).getAllByRole("button", { name: /^End/ });
    expect(end, "what others have passed on is theirs to end").toHaveLength(1);
    await user.click(end[0]!);
    expect(asked.some((each) => each.name === "end_delegation"), "it is asked back").toBe(false);
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "End" }));
    await waitFor(() => expect(within(list).queryByText(/^赵雷/)).toBeNull());
    expect(asked.find((each) => each.name === "end_delegation")?.args).toEqual({ source: "east", id: "d1" });
  });

  it("passes on for whole days, and says what is missing and what the gateway says no to", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    await user.click(await within(await section()).findByRole("button", { name: "Pass on" }));
    const dialog = await screen.findByRole("dialog");
    const confirm = () => user.click(within(dialog).getByRole("button", { name: "Pass on" }));
    await confirm();
    expect(within(dialog).getAllByRole("alert")).toHaveLength(2);
    await user.type(within(dialog).getByRole("textbox", { name: "Who decides" }), " u5 ");
    const [first, last] = [within(dialog).getByLabelText("First day"), within(dialog).getByLabelText("Last day")];
    await user.clear(first);
    await user.type(first, "2031-05-01");
    await user.type(last, "2031-05-03");
    await user.click(within(dialog).getByRole("radio", { name: "some kinds" }));
    await user.click(within(dialog).getByRole("checkbox", { name: "Refund" }));
    await confirm();
    const order = { source: "east", to: { id: "u5", name: "" }, types: ["refund"], from: new Date("2031-05-01T00:00").getTime(), until: new Date("2031-05-04T00:00").getTime() };
    await waitFor(() => expect(asked.find((each) => each.name === "delegate")?.args).toEqual(order));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("shows a circle with its people, and keeps what was typed", async () => {
    openPage("settings", {
      delegate: () => {
        throw new CommandError("invalid_input", "this would lead in a circle: u2 → u1 → u2; choose somebody else, or other times");
      },
    });
    const user = userEvent.setup();
    await user.click(await within(await section()).findByRole("button", { name: "Pass on" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByRole("textbox", { name: "Who decides" }), "u1");
    await user.type(within(dialog).getByLabelText("Last day"), "2041-05-03");
    await user.click(within(dialog).getByRole("button", { name: "Pass on" }));
    expect(await within(dialog).findByText(/u2 → u1 → u2/)).toBeVisible();
    expect(within(dialog).getByRole("textbox", { name: "Who decides" })).toHaveValue("u1");
  });

  it("makes what is ticked of a calendar file, each for itself", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    const list = await section();
    await within(list).findByText(/^赵雷/);
    const file = within(list).getByLabelText("Calendar file (.ics)");
    await user.upload(file, new File(["<html>"], "a.ics", { type: "text/calendar" }));
    expect(await within(list).findByText(/This is not a calendar file/)).toBeVisible();
    await user.upload(file, new File(["BEGIN:VCALENDAR"], "b.ics", { type: "text/calendar" }));
    const dialog = await screen.findByRole("dialog", { name: "Absences in the calendar file" });
    expect(within(dialog).getByText(/“Customized Time Zone” is not known/)).toBeVisible();
    expect(within(dialog).getByText("1 event is left out")).toBeVisible();
    expect(within(dialog).getByRole("checkbox", { name: /^年会/ }), "a day that does not say that one is away").not.toBeChecked();
    await user.type(within(dialog).getByRole("textbox", { name: "Who decides" }), "u9");
    await user.click(within(dialog).getByRole("button", { name: "Pass on 3" }));
    expect(await within(dialog).findByText("2 passed on")).toBeVisible();
    expect(within(dialog).getByText(/^赵雷 decides this for you during a part of that time/), "the one that is passed on already").toBeVisible();
    expect(asked.filter((each) => each.name === "delegate")).toHaveLength(3);
    expect(within(dialog).getByRole("button", { name: "Pass on 1" }), "it may be tried again").toBeEnabled();
  });

  it("shows a source that does not answer as not known, and never as empty", async () => {
    openPage("settings", {}, "state=offline");
    const list = await section();
    expect((await within(list).findAllByText(/The gateway cannot be reached: Connection refused/)).length).toBeGreaterThan(0);
    expect(within(list).queryByText(/Nobody decides for you/)).toBeNull();
    expect(within(list).queryByRole("button", { name: "Pass on" })).toBeNull();
  });
});

describe("the time of an absence", () => {
  const at = (text: string) => new Date(text).getTime();

  it("has its last day in it, and ends at a time where one is said", () => {
    const days = { firstDay: "2026-12-24", firstTime: "", lastDay: "2026-12-24", lastTime: "" };
    expect(readSpan(days)).toEqual({ from: at("2026-12-24T00:00"), until: at("2026-12-25T00:00") });
    expect(readSpan({ ...days, firstTime: "13:00", lastTime: "17:30" })).toEqual({ from: at("2026-12-24T13:00"), until: at("2026-12-24T17:30") });
    expect(readSpan({ ...days, lastDay: "" })).toBeNull();
    expect(readSpan({ ...days, lastDay: "2026-12-23" })).toBeNull();
  });

  it("is told in days where it begins and ends at midnight", () => {
    expect(isWhole(at("2026-12-24T00:00"), at("2026-12-26T00:00"))).toBe(true);
    expect(isWhole(at("2026-12-24T00:00"), at("2026-12-25T12:00"))).toBe(false);
    expect(chosenAtFirst([{ says_away: false }, { says_away: true }])).toEqual(new Set([1]));
  });
});
