// Which set of tokens is in force: the user's choice, else the system's, followed while it changes.

import { useEffect, useSyncExternalStore } from "react";
import type { Theme } from "@/bindings/Theme";

const DARK = "(prefers-color-scheme: dark)";

export type Resolved = "dark" | "light";

function resolveTheme(setting: Theme, systemDark: boolean): Resolved {
  return setting === "system" ? (systemDark ? "dark" : "light") : setting;
}

/** Sets the tokens of the document and returns what is in force. */
export function useTheme(setting: Theme): Resolved {
  const systemDark = useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(DARK);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => window.matchMedia(DARK).matches,
    () => true,
  );
  const theme = resolveTheme(setting, systemDark);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return theme;
}
