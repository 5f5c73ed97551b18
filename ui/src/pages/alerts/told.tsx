// What people were told of an alert: when, why and how; and what they are still to be told.

import { useTranslation } from "react-i18next";
import type { Announcement } from "@/bindings/Announcement";
import { useFormat, useToday } from "@/format";
import { joined } from "@/text";

/** The last ones are enough beside the course. */
const SHOWN = 6;

export function ToldList({ announcements }: { announcements: readonly Announcement[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  if (announcements.length === 0) return null;
  const how = ({ done, means }: Announcement) => {
    if (done === null) return t("alerts.told.waits");
    return means.length === 0 ? t("alerts.told.nothing") : joined(means.map((each) => t(`alerts.told.means.${each}`)));
  };
  return (
    <>
      <h3 className="mt-4 mb-1">{t("alerts.told.title")}</h3>
      <ul aria-label={t("alerts.told.title")} className="flex flex-col gap-0.5">
        {announcements.slice(-SHOWN).map((each) => (
          <li key={`${String(each.due)}-${each.cause}`} className="grid grid-cols-[1fr_auto] gap-x-2">
            <span className="min-w-0">
              {t(`alerts.told.cause.${each.cause}`)} <span className={each.done === null ? "text-warn" : "text-ink-2"}>{how(each)}</span>
            </span>
            <span className="num text-ink-3">{format.dateTime(each.done ?? each.due, today)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
