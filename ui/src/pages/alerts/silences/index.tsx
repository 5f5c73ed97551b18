// What is kept quiet: by whom, why, until when, and what it hid.

import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { AlertsView } from "@/bindings/AlertsView";
import { useClock, useFormat, useToday } from "@/format";
import { IconButton } from "@/parts";
import { toast } from "@/parts/notice";
import { useAlertText } from "@/rules";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";

/** Hidden alerts that are named. */
const NAMED = 3;

export function Silences({ view }: { view: AlertsView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const words = useAlertText();
  const { settings, save } = useSettings();
  const now = useClock((now) => now);
  const silences = Object.entries(settings.silences).sort(([, a], [, b]) => b.until - a.until);
  if (silences.length === 0) return <p className="px-4 pb-3 text-ink-3">{t("alerts.silence.none")}</p>;
  const end = async (name: string) => {
    try {
      await save({ silences: { [name]: null } });
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    }
  };
  return (
    <ul aria-label={t("alerts.silence.title")} className="pb-2">
      {silences.map(([name, silence]) => {
        const hidden = [...view.active, ...view.resolved].filter((alert) => alert.silenced_by === name);
        const state = now < silence.from ? "later" : now < silence.until ? "now" : "over";
        return (
          <li key={name} className="flex items-start gap-2 border-t border-line/55 px-4 py-1.5">
            <span className="min-w-0 flex-1">
              <span className={state === "now" ? "block truncate font-[540]" : "block truncate font-[540] text-ink-3"} title={silence.reason}>
                {silence.reason}
              </span>
              <span className="block truncate font-mono text-[12px] text-ink-3" title={silence.filter}>
                {silence.filter}
              </span>
              <span className="num block text-[12px] text-ink-2">
                {t(`alerts.silence.state.${state}`, { from: format.dateTime(silence.from, today), until: format.dateTime(silence.until, today), who: silence.author })}
              </span>
              <span className="block text-[12px] text-ink-3">
                {hidden.length === 0
                  ? t("alerts.silence.hidNothing")
                  : t("alerts.silence.hid", {
                      n: format.integer(hidden.length),
                      what: hidden
                        .slice(0, NAMED)
                        .map((alert) => words({ ...alert, count: 1 }).title)
                        .join(t("alerts.silence.comma")),
                    })}
              </span>
            </span>
            <IconButton label={t("alerts.silence.end", { reason: silence.reason })} onClick={() => void end(name)}>
              <Trash2 aria-hidden />
            </IconButton>
          </li>
        );
      })}
    </ul>
  );
}
