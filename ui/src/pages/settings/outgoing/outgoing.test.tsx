import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Hook } from "@/bindings/Hook";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { startText } from "@/text";
import { type Asked, openPage } from "../../../../tests/fixtures/open";
import { ALERTS, fresh, freshSecret, KINDS, kindOf, samePlace, withoutKeys } from "./kinds";

beforeEach(() => {
  startText("en");
  localStorage.clear();
});

const patches = (asked: readonly Asked[]) => asked.filter((each) => each.name === "change_settings").map((each) => (each.args as { patch: SettingsPatch }).patch);
const section = async () => within(await screen.findByRole("region", { name: "Outgoing actions" }));
const row = async (name: string) => within(await (await section()).findByRole("listitem", { name }));
const dialog = async (name: string) => within(await screen.findByRole("dialog", { name }));
const begin = async (user: ReturnType<typeof userEvent.setup>, kind: string) => {
  await user.click(await (await section()).findByRole("button", { name: "Add an action" }));
  await user.click(await screen.findByRole("menuitem", { name: kind }));
  return dialog(`New action: ${kind}`);
};

describe("the list", () => {
  it("says where each goes without its key, and how it is doing", async () => {
    openPage("settings", {}, "state=outgoing");
    const mirror = await row("ERP mirror");
    expect(mirror.getByText(/^Webhook · https:\/\/mirror\.example\/in\?•••/)).toBeVisible();
    expect(await mirror.findByRole("button", { name: /18,204 delivered · 6 waiting/ })).toBeVisible();
    const night = await row("值班群");
    expect(night.getByText(/hook\/•••/), "a key in the path is one too").toBeVisible();
    expect((await row("Night shift")).getByText(/night@example.com and 1 more/)).toBeVisible();
    expect(await (await row("仓库归档")).findByRole("button", { name: /programs not allowed · paused/ })).toBeVisible();
  });

  it("leads to the handlers under Feed health", async () => {
    openPage("settings", {}, "state=outgoing");
    await userEvent.click(await (await row("ERP mirror")).findByRole("button", { name: /delivered/ }));
    expect(await screen.findByRole("tab", { name: /Handlers/ })).toHaveAttribute("aria-selected", "true");
  });

  it("asks before it removes one, and removes it by its id", async () => {
    const asked = openPage("settings", {}, "state=outgoing");
    const user = userEvent.setup();
    await user.click((await row("值班群")).getByRole("button", { name: "Remove 值班群" }));
    expect(patches(asked)).toEqual([]);
    await user.click((await dialog("Remove 值班群?")).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(patches(asked)).toEqual([{ hooks: { night: null } }]));
    await waitFor(async () => expect((await section()).queryByRole("listitem", { name: "值班群" })).toBeNull());
  });

  it("lets programs run only once somebody said so", async () => {
    const asked = openPage("settings", {}, "state=outgoing");
    await userEvent.click((await section()).getByRole("switch", { name: "Let actions run programs" }));
    await waitFor(() => expect(patches(asked)).toEqual([{ allow_commands: true }]));
  });
});

describe("the form", () => {
  it("begins with alerts where people are told, and has the fields of its kind only", async () => {
    openPage("settings");
    const user = userEvent.setup();
    const mail = await begin(user, "E-mail");
    expect(mail.getByRole("textbox", { name: "Which events" })).toHaveValue(ALERTS);
    for (const name of ["Mail server", "Port", "User", "Sender", "Recipients"]) expect(mail.getByRole("textbox", { name })).toBeVisible();
    expect(mail.queryByRole("textbox", { name: "Address" })).toBeNull();
    expect(mail.queryByRole("textbox", { name: "Program" })).toBeNull();
    expect(mail.getByRole("textbox", { name: "Port" })).toHaveValue("465");
    await user.click(mail.getByRole("radio", { name: "STARTTLS" }));
    expect(mail.getByRole("textbox", { name: "Port" }), "the usual port goes with the encryption").toHaveValue("587");
  });

  it("saves what was typed by its id, with the secret that is new", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    const form = await begin(user, "DingTalk robot");
    await user.type(form.getByRole("textbox", { name: "Address" }), " https://oapi.dingtalk.com/robot/send?access_token=1 ");
    await user.type(form.getByLabelText("Signing secret"), "SECabc");
    await user.click(form.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(patches(asked)).toHaveLength(1));
    const [saved] = Object.values(patches(asked)[0]?.hooks ?? {}) as Hook[];
    expect(saved).toMatchObject({ name: "DingTalk robot", filter: ALERTS, secret: "SECabc", action: { kind: "robot", maker: "dingtalk", url: "https://oapi.dingtalk.com/robot/send?access_token=1" } });
    expect(await (await row("DingTalk robot")).findByText(/send\?•••/)).toBeVisible();
  });

  it("shows what would leave while one types, and marks what it does not understand", async () => {
    openPage("settings");
    const user = userEvent.setup();
    const form = await begin(user, "Webhook");
    expect(form.getByText("It is shown here as soon as the form is filled in.")).toBeVisible();
    await user.type(form.getByRole("textbox", { name: "Address" }), "https://h.example/in?key=1234");
    expect(await form.findByText("POST https://h.example/in?•••")).toBeVisible();
    const filter = form.getByRole("textbox", { name: "Which events" });
    await waitFor(() => expect(filter).toHaveAccessibleDescription(/The newest that matches: Order status/));
    await user.type(filter, "nonsense:1");
    await waitFor(() => expect(filter).toBeInvalid());
    expect(filter).toHaveAccessibleDescription(/“nonsense”/);
    await user.clear(filter);
    await waitFor(() => expect(filter).toBeValid());
  });

  it("sends a test before anything is saved and says what the other side said", async () => {
    const asked = openPage("settings");
    const user = userEvent.setup();
    const form = await begin(user, "Webhook");
    const send = form.getByRole("button", { name: "Send a test" });
    expect(send, "there is nothing to send yet").toBeDisabled();
    await user.type(form.getByRole("textbox", { name: "Address" }), "https://h.example/in");
    await waitFor(() => expect(send).toBeEnabled());
    await user.click(send);
    expect(await form.findByText(/^Taken, after 42/)).toBeVisible();
    await user.type(form.getByRole("textbox", { name: "Address" }), "/refuse");
    expect(form.getByText("The form has changed since.")).toBeVisible();
    await waitFor(() => expect(asked.findLast((each) => each.name === "preview_action")?.args).toMatchObject({ action: { action: { url: "https://h.example/in/refuse" } } }));
    await user.click(send);
    expect(await form.findByText("HTTP 403 not from here")).toBeVisible();
    expect(form.getByText(/would not try this again/)).toBeVisible();
    expect(patches(asked)).toEqual([]);
  });

  it("keeps a secret that is not typed anew, forgets it on demand, and says when it would go nowhere", async () => {
    const asked = openPage("settings", {}, "state=outgoing");
    const user = userEvent.setup();
    await user.click((await row("Night shift")).getByRole("button", { name: "Edit Night shift" }));
    const form = await dialog("Night shift");
    const password = form.getByLabelText("Password");
    await waitFor(() => expect(password).toHaveAccessibleDescription(/kept in the system's keychain/));
    await user.type(form.getByRole("textbox", { name: "Mail server" }), ".cn");
    expect(password).toHaveAccessibleDescription(/for another server or user/);
    await user.click(form.getByRole("button", { name: "Forget it" }));
    expect(password).toHaveAccessibleDescription("It is forgotten when you save.");
    await user.click(form.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(patches(asked)[0]?.hooks?.post).toMatchObject({ secret: "", action: { server: "smtp.example.com.cn" } }));
  });

  it("asks before it throws away what was typed", async () => {
    openPage("settings");
    const user = userEvent.setup();
    const form = await begin(user, "Program on this machine");
    expect(form.getByText("Programs are not run until you allow that:")).toBeVisible();
    await user.type(form.getByRole("textbox", { name: "Program" }), "notify");
    await user.keyboard("{Escape}");
    await user.click(form.getByRole("button", { name: "Keep editing" }));
    expect(form.getByRole("textbox", { name: "Program" })).toHaveValue("notify");
  });
});

describe("the kinds", () => {
  it("are told apart, each with a beginning of its own", () => {
    for (const kind of KINDS) {
      const hook = fresh(kind, "x");
      expect(kindOf(hook.action)).toBe(kind);
      expect(hook.id).toMatch(/^[A-Za-z0-9-]+$/);
      expect(hook.filter).toBe(kind === "webhook" ? "" : ALERTS);
    }
  });

  it("hide a key wherever in an address it stands", () => {
    expect(withoutKeys("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1")).toBe("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?•••");
    expect(withoutKeys("https://open.feishu.cn/open-apis/bot/v2/hook/73febdcb-1b38-4d1b")).toBe("https://open.feishu.cn/open-apis/bot/v2/hook/•••");
    expect(withoutKeys("https://erp-gateway-number-7.example/in")).toBe("https://erp-gateway-number-7.example/in");
  });

  it("sign with 32 bytes, and give a password to one server only", () => {
    expect(freshSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const mail = fresh("email", "x").action;
    expect(samePlace(mail, { ...mail })).toBe(true);
    expect(mail.kind === "email" && samePlace(mail, { ...mail, user: "other" })).toBe(false);
    expect(samePlace(fresh("wecom", "x").action, fresh("feishu", "x").action)).toBe(false);
  });
});
