import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { CommandError } from "@/host";
import { startText } from "@/text";
import { type Asked, openPage } from "../../../tests/fixtures/open";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const saved = (asked: readonly Asked[]) => asked.findLast((each) => each.name === "change_settings")?.args as { patch: SettingsPatch } | undefined;
/** The page is waited for by its text: asking for roles while it loads and rows move costs more than loading it. */
const row = async (name: string) => {
  await screen.findByText(/^Where events come from/);
  return within(await screen.findByRole("listitem", { name }));
};
const open = async (name: string) => within(await screen.findByRole("dialog", { name }));

describe("the list", () => {
  it("says what each source does, in words, and what is in the way", async () => {
    openPage("settings", {}, "state=several");
    expect((await row("华东仓 ERP")).getByText("Live")).toBeVisible();
    expect((await row("华南仓 ERP")).getByText("ERP server", { exact: false })).toBeVisible();
    expect((await row("Content platform")).getByText("Reason given: “Token expired”")).toBeVisible();
    expect((await row("Venue bookings")).getByText(/no answer to the handshake/)).toBeVisible();
    expect((await row("测试环境")).getByText("Paused")).toBeVisible();
    expect((await row("测试环境")).getByRole("button", { name: /^Reconnect/ }), "there is nothing to reconnect").toBeDisabled();
  });

  it("pauses and goes on with one click, and connects again on demand", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    const east = await row("华东仓 ERP");
    await user.click(east.getByRole("button", { name: /^Reconnect now/ }));
    await waitFor(() => expect(asked.find((each) => each.name === "reconnect")?.args).toEqual({ source: "east" }));
    await user.click(east.getByRole("button", { name: /^Pause/ }));
    await waitFor(() => expect(saved(asked)?.patch).toEqual({ sources: { east: { paused: true } } }));
    await user.click(await east.findByRole("button", { name: /^Resume/ }));
    await waitFor(() => expect(saved(asked)?.patch).toEqual({ sources: { east: { paused: false } } }));
  });

  it("asks before it removes a source, and says that events stay", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: /^Remove/ }));
    expect(asked.some((each) => each.name === "change_settings")).toBe(false);
    const dialog = await open("Remove 华东仓 ERP?");
    expect(dialog.getByText(/Events received so far stay/)).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(saved(asked)?.patch).toEqual({ sources: { east: null } }));
    expect(await screen.findByText("No new events come in. Events received so far remain available."), "what is stored can still be read, so the window stays").toBeVisible();
  });
});

describe("the form", () => {
  it("leads to what is wrong and repairs at a click what it understands", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Add source" }));
    const dialog = await open("Add source");
    const address = dialog.getByRole("textbox", { name: "Address" });
    expect(address, "the address comes first").toHaveFocus();
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(address).toHaveAccessibleDescription(/Enter the server's address/);
    await user.type(address, "http://10.0.0.9:3002");
    expect(address).toHaveAccessibleDescription(/Must start with ws:/);
    await user.click(dialog.getByRole("button", { name: "Use ws://10.0.0.9:3002" }));
    expect(address).toBeValid();
    expect(address).toHaveValue("ws://10.0.0.9:3002");
    await user.click(dialog.getByRole("button", { name: /^Advanced/ }));
    await user.type(dialog.getByRole("textbox", { name: "History path" }), "/h?z={{zone}");
    await user.click(dialog.getByRole("button", { name: /^Advanced/ }));
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(dialog.getByRole("textbox", { name: "History path" }), "the fold opens for what is wrong in it").toHaveFocus();
    expect(dialog.getByText("{zone} is not a placeholder")).toBeVisible();
    expect(asked.some((each) => each.name === "change_settings")).toBe(false);
  });

  it("tries what is not saved yet, step by step, and says what to do", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Add source" }));
    const dialog = await open("Add source");
    const test = within(dialog.getByRole("region", { name: "Connection test" }));
    await user.type(dialog.getByRole("textbox", { name: "Address" }), "wss://bad:3002");
    await user.click(dialog.getByRole("radio", { name: "ERP server" }));
    await user.click(test.getByRole("button", { name: "Test connection" }));
    expect(await test.findByText("Connection refused (os error 111)")).toBeVisible();
    expect(test.getByText("Stopped at “Connect”")).toBeVisible();
    expect(test.getByText("Sign in"), "what was not reached is listed too").toBeVisible();
    await user.click(test.getByRole("button", { name: "Go to Wake-up URL" }));
    expect(dialog.getByRole("textbox", { name: "Wake-up URL" })).toHaveFocus();
    await user.type(dialog.getByRole("textbox", { name: "Wake-up URL" }), "http://bad:3000/api/ws");
    expect(test.getByText(/The form has changed since/)).toBeVisible();
    await user.click(test.getByRole("button", { name: "Test again" }));
    await waitFor(() => expect(asked.filter((each) => each.name === "test_source").at(-1)?.args).toMatchObject({ source: { wake_url: "http://bad:3000/api/ws" } }));
    await user.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(Object.values(saved(asked)?.patch.sources ?? {}), "it may be kept all the same").toMatchObject([{ url: "wss://bad:3002", name: "bad:3002", dialect: "erp", colour: "teal", token: null }]));
  });

  it("takes the session out of a whole cookie header and shows what it found", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Add source" }));
    const dialog = await open("Add source");
    await user.type(dialog.getByRole("textbox", { name: "Address" }), "ws://erp:3002");
    await user.click(dialog.getByRole("radio", { name: "ERP server" }));
    const cookie = dialog.getByLabelText("Session cookie");
    await user.click(cookie);
    await user.paste("Cookie: theme=dark");
    expect(cookie).toHaveAccessibleDescription(/It contains no cookie whose name ends with session-token/);
    await user.clear(cookie);
    await user.paste("Cookie: theme=dark; next-auth.session-token=abcdef; lang=zh");
    expect(dialog.getByText(/Session cookie found, 6 characters/)).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(Object.values(saved(asked)?.patch.sources ?? {})[0]).toMatchObject({ token: "next-auth.session-token=abcdef", dialect: "erp" }));
  });

  it("says where the token is kept, and that another address does not get it", async () => {
    openPage("settings", {}, "state=several");
    const user = userEvent.setup();
    await user.click((await row("华南仓 ERP")).getByRole("button", { name: /^Edit/ }));
    const dialog = await open("Edit 华南仓 ERP");
    expect(await dialog.findByText(/in a file only you can read, because no keychain answered/)).toBeVisible();
    await user.type(dialog.getByRole("textbox", { name: "Address" }), "/other");
    expect(dialog.getByText(/The address changed/)).toBeVisible();
  });

  it("keeps what was typed from a slip of the Escape key", async () => {
    openPage("settings");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Add source" }));
    const dialog = await open("Add source");
    await user.type(dialog.getByRole("textbox", { name: "Name" }), "West");
    await user.keyboard("{Escape}");
    expect(await dialog.findByText("Discard your changes?")).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Keep editing" }));
    expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("West");
    await user.keyboard("{Escape}");
    await user.click(await dialog.findByRole("button", { name: "Discard" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says why it could not be saved", async () => {
    openPage("settings", {
      change_settings: () => {
        throw new CommandError("store_unavailable", "disk full");
      },
    });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: /^Edit/ }));
    const dialog = await open("Edit 华东仓 ERP");
    await user.click(dialog.getByRole("radio", { name: "Rose" }));
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await dialog.findByText("disk full")).toBeVisible();
  });
});

describe("signing in again", () => {
  it("is one click from the state, with the server's own words and the field ready", async () => {
    const asked = openPage("settings?source=east", {}, "state=login");
    const user = userEvent.setup();
    const dialog = await open("Sign in to 华东仓 ERP");
    expect(dialog.getByText("Reason given: “Token expired”")).toBeVisible();
    const field = dialog.getByLabelText("Token");
    await waitFor(() => expect(field).toHaveFocus());
    await user.keyboard("still-expired{Enter}");
    expect(await dialog.findByText("Stopped at “Sign in”"), "a bad token is found out before it is stored").toBeVisible();
    expect(asked.some((each) => each.name === "set_token")).toBe(false);
    await user.clear(field);
    await user.paste("Bearer fresh");
    await user.keyboard("{Enter}");
    expect(await dialog.findByText("Signed in. Events are coming in again."), "the state turns without a reload").toBeVisible();
    expect(asked.find((each) => each.name === "set_token")?.args).toEqual({ source: "east", token: "fresh" });
    await waitFor(() => expect(dialog.getByRole("button", { name: "Done" })).toHaveFocus());
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(window.location.hash).toBe("#/settings");
    expect((await row("华东仓 ERP")).getByText("Live")).toBeVisible();
  });

  it("goes through a window where the host has one", async () => {
    const asked = openPage("settings", {}, "state=login&login_window&dialect=erp");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: /^Edit/ }));
    const form = await open("Edit 华东仓 ERP");
    await user.click(form.getByRole("radio", { name: "ERP server" }));
    await user.click(form.getByRole("button", { name: "Save, then sign in in a window" }));
    const dialog = await open("Sign in to 华东仓 ERP");
    expect(dialog.getByText(/The sign-in page is open in its own window/)).toBeVisible();
    expect(asked.filter((each) => each.name === "change_settings" || each.name === "login").map((each) => each.name), "what is not saved cannot be signed in to").toEqual(["change_settings", "login"]);
    await user.click(dialog.getByRole("button", { name: "Open it again" }));
    await waitFor(() => expect(asked.filter((each) => each.name === "login")).toHaveLength(2));
  });

  it("leads to the form where nobody has to sign in", async () => {
    openPage("settings?source=east");
    expect(await screen.findByRole("dialog", { name: "Edit 华东仓 ERP" })).toBeVisible();
  });
});

describe("the first start", () => {
  it("asks for the address and tries it at once, in the same form", async () => {
    const asked = openPage("overview", {}, "state=first");
    const user = userEvent.setup();
    const address = await screen.findByRole("textbox", { name: "Address" });
    await user.type(address, "erp.example:3002{Enter}");
    expect(address).toHaveAccessibleDescription(/Must start with ws:/);
    await user.click(screen.getByRole("button", { name: "Use wss://erp.example:3002" }));
    await user.click(screen.getByRole("button", { name: "Test connection" }));
    expect(await screen.findByText("All good")).toBeVisible();
    expect(asked.find((each) => each.name === "test_source")?.args).toMatchObject({ source: { url: "wss://erp.example:3002", dialect: "auto" } });
    await user.click(screen.getByRole("button", { name: "Connect" }));
    expect(await screen.findByRole("navigation", { name: "Main navigation" })).toBeVisible();
    expect(Object.values(saved(asked)?.patch.sources ?? {})).toMatchObject([{ name: "erp.example:3002", colour: "blue" }]);
  });
});
