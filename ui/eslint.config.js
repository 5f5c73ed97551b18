import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const tauri = { group: ["@tauri-apps/*"], message: "Only src/host speaks to Tauri." };
const toasts = { group: ["sonner"], message: "What the window tells goes through @/parts/notice: one strip, and nothing that floats." };
const pages = { group: ["@/pages/*", "**/pages/*"], message: "Pages do not import each other; what two pages need is a part." };

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/bindings", "test-results", "playwright-report"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  hooks.configs.flat["recommended-latest"],
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { allowDefaultCaseForExhaustiveSwitch: false }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-imports": ["error", { patterns: [tauri, toasts] }],
      "no-console": "error",
      // A rule for the React compiler, which is not used here.
      "react-hooks/incompatible-library": "off",
    },
  },
  { files: ["src/host/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["src/pages/*/**"], rules: { "no-restricted-imports": ["error", { patterns: [tauri, toasts, pages] }] } },
);
