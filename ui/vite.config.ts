import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** sonner writes its style sheet into the page at run time, which the content security policy forbids; `main.tsx` imports the same sheet as a file. */
const sonnerWithoutStyleTag: Plugin = {
  name: "sonner-without-style-tag",
  enforce: "pre",
  transform(code, id) {
    if (!/node_modules\/sonner\/dist\/index\.m?js/.test(id)) return null;
    const without = code.replace(/^function __insertCSS\(code\) \{$/m, "function __insertCSS(code) {\n  return;");
    if (without === code) this.error("sonner no longer inserts its style sheet the way this plugin knows; look again.");
    return { code: without, map: null };
  },
};

/** One bundle for every host. `--mode fixture` serves the window on invented data, for design work and for tests of the window alone. */
export default defineConfig({
  plugins: [sonnerWithoutStyleTag, react(), tailwindcss()],
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
