// The whole console in a real browser: the browser host with its core, its store and the built-in ERP, on loopback.

import process from "node:process";
import { defineConfig } from "@playwright/test";

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/e2e",
  // One core, one simulated company: the tests follow each other in it.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Generous: only a test that hangs should ever reach these, on a busy machine too.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    viewport: { width: 1400, height: 900 },
    locale: "en-GB",
    colorScheme: "dark",
    trace: "retain-on-failure",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET },
  },
});
