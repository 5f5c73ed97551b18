// The table of thresholds into a file: on the desktop by the core, as all exports, for a webview keeps no downloads; in a browser as its download.

import { useCallback } from "react";
import { useHost } from "@/live";
import { useSettings } from "@/settings";

/** Answers where it is, or what it is called among the downloads. */
export function useExport(): (table: string) => Promise<string> {
  const host = useHost();
  const { hello } = useSettings();
  return useCallback(
    async (table) => {
      if (hello.host === "desktop") return host.call("export_thresholds", { table });
      const name = `watchdeck-thresholds-${stamp(new Date())}.csv`;
      download(name, table);
      return name;
    },
    [host, hello.host],
  );
}

/** `2026-11-26-184500`, as the core names its files. */
function stamp(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
