// When people want to be left in peace: at hours of their own, and while their desktop says so.

import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schedule } from "@/bindings/Schedule";
import { useFormat, useToday } from "@/format";
import { useLive } from "@/live";
import { Button, IconButton } from "@/parts";
import { WeekHours } from "@/parts/week-hours";
import { Switch } from "@/parts/switch";
import { useSettings } from "@/settings";
import { joined } from "@/text";
import { Row, SavingError, SavingMark, useSaver } from "./row";

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

/** Whether the desktop's own *do not disturb* counts, and what it is now. */
export function DesktopQuiet() {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const { settings } = useSettings();
  const { saving, save } = useSaver();
  const kind = useLive((live) => live.frame?.desktop_quiet.kind ?? "unread");
  const since = useLive((live) => (live.frame?.desktop_quiet.kind === "on" ? live.frame.desktop_quiet.since : 0));
  const time = format.dayMinute(since, today);
  const now = { unread: t("settings.quiet.desktopUnread"), off: t("settings.quiet.desktopOff"), on: settings.ignore_do_not_disturb ? t("settings.quiet.desktopIgnored", { time }) : t("settings.quiet.desktopOn", { time }) };
  return (
    <Row label={t("settings.quiet.desktop")} help={<span role="status">{joined([t("settings.quiet.desktopHelp"), now[kind]])}</span>} saving={saving}>
      <Switch label={t("settings.quiet.desktop")} checked={!settings.ignore_do_not_disturb} onChange={(heeds) => void save({ ignore_do_not_disturb: !heeds })} />
    </Row>
  );
}
