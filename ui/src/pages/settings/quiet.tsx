// When people want to be left in peace.

import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schedule } from "@/bindings/Schedule";
import { Button, IconButton } from "@/parts";
import { WeekHours } from "@/parts/week-hours";
import { useSettings } from "@/settings";
import { SavingError, SavingMark, useSaver } from "./row";

/** What a new line begins with. */
const FRESH: Schedule = { days: [], from: "22:00", until: "07:00" };
/** As many as the core takes. */
const MOST = 14;

export function Quiet() {
  const { t } = useTranslation();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const hours = settings.quiet_hours;
  const put = (quiet_hours: Schedule[]) => void save({ quiet_hours });
  return (
    <div className="mt-2 border-t border-line/55 px-4 pt-3">
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="font-normal">{t("settings.quiet.title")}</h3>
          <p className="text-[12px] leading-snug text-ink-3">{t("settings.quiet.help")}</p>
        </div>
        <SavingMark saving={saving} />
        <Button icon={<Plus aria-hidden />} disabled={hours.length >= MOST} onClick={() => put([...hours, FRESH])}>
          {t("settings.quiet.add")}
        </Button>
      </div>
      {hours.length > 0 && (
        <ul aria-label={t("settings.quiet.title")} className="mt-1.5 rounded-md border border-line bg-panel">
          {hours.map((each, place) => (
            <li key={place} className="flex items-center gap-3 border-b border-line/55 px-3 py-1.5 last:border-b-0">
              <WeekHours value={each} onChange={(value) => put(hours.map((known, at) => (at === place ? value : known)))} />
              <IconButton label={t("settings.quiet.remove")} className="ml-auto" onClick={() => put(hours.filter((_, at) => at !== place))}>
                <Trash2 aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <SavingError saving={saving} />
    </div>
  );
}
