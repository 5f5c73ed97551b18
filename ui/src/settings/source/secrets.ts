// Where each source's secrets are kept. Asked again whenever the settings move; what they are is never told.

import { useEffect, useState } from "react";
import type { SourceSecrets } from "@/bindings/SourceSecrets";
import { useHost, useLive } from "@/live";

/** Null until the core has answered; then also where it could not: the form says less, and nothing wrong. */
export function useSecrets(): Readonly<Record<string, SourceSecrets>> | null {
  const host = useHost();
  const version = useLive((live) => live.versions?.settings ?? null);
  const [secrets, setSecrets] = useState<Record<string, SourceSecrets> | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    host.call("source_secrets", {}, stop.signal).then(
      (answer) => {
        if (!stop.signal.aborted) setSecrets(answer);
      },
      () => undefined,
    );
    return () => stop.abort();
  }, [host, version]);
  return secrets;
}
