// Back to what came with Watchdeck: what the user wrote in its place is gone, and kept as long as one can take that back.

import { useTranslation } from "react-i18next";
import type { RuleView } from "@/bindings/RuleView";
import { toast } from "@/parts/notice";
import { shippedAgain } from "@/rules";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";

/** `name` is what the rule is called in what is said of it. Fails as saving does. */
export function useShippedAgain(): (rule: Pick<RuleView, "id" | "document">, name: string) => Promise<void> {
  const { t } = useTranslation();
  const { save } = useSettings();
  return async ({ id, document }, name) => {
    await save(shippedAgain(id));
    const back = () => save({ rules: { [id]: document } }).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
    toast(t("alerts.rule.shippedDone", { rule: name }), { label: t("alerts.rule.undo"), run: () => void back() });
  };
}
