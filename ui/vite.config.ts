import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One bundle for every host. `--mode fixture` serves the window on invented data, for design work and for tests of the window alone. */
export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": here("./src"), "react-style-singleton": here("./src/theme/no-style-tag.ts") } },
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  build: {
    // WebKitGTK 2.40 and WebView2; both know ES2022.
    target: ["es2022", "safari16"],
    chunkSizeWarningLimit: 600,
    // No inline module preload script: the content security policy forbids inline scripts.
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    // A machine shared with a Rust build: one file at a time is steadier than a race of workers.
    maxWorkers: 2,
    // Generous: only a test that hangs should ever reach these.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
