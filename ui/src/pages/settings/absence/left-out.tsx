// What a calendar file has that would be an absence and is not offered: each with what stands there.

import { useTranslation } from "react-i18next";
import type { LeftOutView } from "@/bindings/LeftOutView";
import { useFormat } from "@/format";

export function LeftOut({ events }: { events: readonly LeftOutView[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (events.length === 0) return null;
  return (
    <details className="mt-3 text-[12px]">
      <summary className="text-ink-2">{t("absence.calendar.leftOut", { count: events.length, n: format.integer(events.length) })}</summary>
      <ul className="mt-1.5 flex flex-col gap-1.5">
        {events.map((event, i) => (
          <li key={i}>
            <p>
              {event.summary === "" ? t("absence.calendar.unnamed") : event.summary} <span className="text-ink-3">· {t(`absence.calendar.why.${event.why}`)}</span>
            </p>
            <code className="font-mono text-[11px] break-all text-ink-3">{event.written}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
