// A real console for a test: starts the browser host with a store of its own, opens the window in it, and asks the core directly where a test sets the scene.

import { test as base, expect, type Page } from "@playwright/test";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ApprovalsView } from "@/bindings/ApprovalsView";
import type { Batch } from "@/bindings/Batch";
import type { Hello } from "@/bindings/Hello";
import type { InventoryView } from "@/bindings/InventoryView";
import type { Settings } from "@/bindings/Settings";
import { routeHash } from "@/route";
import { type PageName, PAGES } from "@/route/pages";

const BINARY = process.env.WATCHDECK_WEB_HOST ?? "../target/debug/watchdeck-web-host";
/** How long a start may take on a busy machine, ms. */
const PATIENCE = 30_000;

export class Console {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(...flags: string[]): Promise<Console> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: build it with \`cargo build -p watchdeck-web-host\`, or name another one in WATCHDECK_WEB_HOST`);
    const folder = await mkdtemp(join(tmpdir(), "watchdeck-e2e-"));
    const child = spawn(BINARY, ["--data-dir", folder, ...flags], { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, WATCHDECK_NO_KEYCHAIN: "1" } });
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the browser host does not get ready")), PATIENCE);
      child.once("exit", (code) => reject(new Error(`the browser host ended with ${code}`)));
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(late);
        const ready: unknown = JSON.parse(line);
        if (typeof ready === "object" && ready !== null && "url" in ready && typeof ready.url === "string") resolve(ready.url);
        else reject(new Error(`no address in ${line}`));
      });
    });
    return new Console(url, child, folder);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.removeAllListeners("exit").once("exit", () => undefined);
    this.child.kill("SIGTERM");
    await (this.child.exitCode === null ? Promise.race([ended, new Promise((resolve) => this.child.once("close", resolve))]) : undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Ask the core what the window would ask. */
  async call(name: "hello", args: Record<string, never>): Promise<Hello>;
  async call(name: "approvals", args: Record<string, never>): Promise<ApprovalsView>;
  async call(name: "recent", args: { rows: number }): Promise<Batch>;
  async call(name: "save_settings", args: { settings: Settings }): Promise<Settings>;
  async call(name: "incident", args: { name: string }): Promise<null>;
  async call(name: "inventory", args: Record<string, never>): Promise<InventoryView>;
  async call(name: string, args: object): Promise<unknown> {
    const { origin, hash } = new URL(this.url);
    const token = new URLSearchParams(hash.slice(1)).get("token");
    const response = await fetch(`${origin}/api/call/${name}`, { method: "POST", body: JSON.stringify(args), headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    return response.json();
  }

  async set(change: Partial<Settings>): Promise<void> {
    const { settings } = await this.call("hello", {});
    await this.call("save_settings", { settings: { ...settings, ...change } });
  }

  async incident(name: string): Promise<void> {
    await this.call("incident", { name });
  }
}

/** Open the window on a page, in English, dark, and with a name for decisions, unless the test says otherwise. */
export async function open(page: Page, console: Console, name: PageName = "overview", change: Partial<Settings> = {}): Promise<void> {
  await console.set({ language: "en", theme: "dark", user_name: "Emma Clarke", ...change });
  await page.goto(console.url);
  await expect(page.getByRole("navigation")).toBeVisible();
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, routeHash(name));
}

/** A running demo, live, shared by the tests of one file. */
export const test = base.extend<object, { demo: Console }>({
  demo: [
    // Playwright reads the names of the fixtures that are needed from this pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const console = await Console.start("--demo");
      await use(console);
      await console.stop();
    },
    { scope: "worker", timeout: PATIENCE + 10_000 },
  ],
});

export { expect, PAGES };
