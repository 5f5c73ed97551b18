// What handlers are called: ours by their words, an outgoing action as its user called it.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { HandlerView } from "@/bindings/HandlerView";

const OURS = ["numbers", "rules", "announcer", "decisions", "backfill"] as const;

export type Named = Pick<HandlerView, "name" | "title">;

export function useHandlerName(): { name: (handler: Named) => string; help: (handler: Named) => string } {
  const { t } = useTranslation();
  const name = useCallback(
    (handler: Named) => {
      const ours = OURS.find((each) => each === handler.name);
      if (ours !== undefined) return t(`handlers.name.${ours}`);
      return handler.title === null ? t("handlers.hookGone") : t("handlers.hook", { name: handler.title });
    },
    [t],
  );
  const help = useCallback((handler: Named) => t(`handlers.help.${OURS.find((each) => each === handler.name) ?? "hook"}`), [t]);
  return { name, help };
}
