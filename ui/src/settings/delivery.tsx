// What a severity does when it comes: a notification, a tone. The test shows and sounds it whatever the switches say.

import { BellRing, ChevronDown, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Channels } from "@/bindings/Channels";
import type { Severity } from "@/bindings/Severity";
import type { Takes } from "@/bindings/Takes";
import { useHost } from "@/live";
import { Button, Menu, SeverityMark } from "@/parts";
import { toast } from "@/parts/notice";
import { Switch } from "@/parts/switch";
import { errorDetail, errorText } from "@/text";
import { useSettings } from ".";

const SEVERITIES: readonly Severity[] = ["critical", "warning", "success", "info"];

/** What can be switched, in the order of the columns; the first two are enough where there is little room. */
const SWITCHES = ["toast", "sound", "repeats", "breaks_quiet", "tray"] as const satisfies readonly (keyof Channels)[];
/** What of a severity can take the window. */
const TAKES = ["none", "system", "all"] as const satisfies readonly Takes[];

export function DeliveryMatrix({ className, brief = false }: { className?: string; brief?: boolean }) {
  const { t } = useTranslation();
  const host = useHost();
  const { settings, save } = useSettings();
  const switches = brief ? SWITCHES.slice(0, 2) : SWITCHES;
  const [testing, setTesting] = useState<Severity | null>(null);
  const guarded = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (thrown) {
      toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown));
    }
  };
  const set = (severity: Severity, patch: Partial<Channels>) => guarded(() => save({ delivery: { [severity]: patch } }));
  const test = async (severity: Severity) => {
    setTesting(severity);
    await guarded(async () => {
      await host.call("test_delivery", { severity });
    });
    setTesting(null);
  };
  return (
    <table className={className}>
      <thead>
        <tr className="h-7 text-left text-[12px] text-ink-3 [&>th]:font-[450]">
          <th scope="col" className="pl-4">
            {t("parts.delivery.severity")}
          </th>
          {switches.map((name) => (
            <th key={name} scope="col" className="w-[84px] text-center" title={name === "toast" || name === "sound" ? undefined : t(`parts.delivery.${name}Note`)}>
              {t(`parts.delivery.${name}`)}
            </th>
          ))}
          {!brief && (
            <th scope="col" className="w-[84px] text-center" title={t("parts.delivery.bannerNote")}>
              {t("parts.delivery.banner")}
            </th>
          )}
          <th scope="col" className="w-[84px] pr-4 text-right">
            <span className="sr-only">{t("parts.delivery.test")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {SEVERITIES.map((severity) => {
          const word = t(`common.severity.${severity}`);
          const channels = settings.delivery[severity];
          return (
            <tr key={severity} className="h-9 border-t border-line/55">
              <th scope="row" className="pl-4 text-left font-[450]">
                <SeverityMark severity={severity} />
              </th>
              {switches.map((name) => (
                <td key={name} className="text-center align-middle">
                  <Switch label={`${word} · ${t(`parts.delivery.${name}`)}`} checked={channels[name]} onChange={(on) => void set(severity, { [name]: on })} className="align-middle" />
                </td>
              ))}
              {!brief && (
                <td className="text-center align-middle">
                  <Menu
                    align="end"
                    label={t("parts.delivery.bannerNote")}
                    trigger={
                      <Button look="ghost" className="px-1.5 font-[450]" aria-label={`${word} · ${t("parts.delivery.banner")}: ${t(`parts.delivery.takes.${channels.banner}`)}`}>
                        {t(`parts.delivery.takes.${channels.banner}`)}
                        <ChevronDown aria-hidden />
                      </Button>
                    }
                    items={TAKES.map((banner) => ({ id: banner, label: t(`parts.delivery.takesLong.${banner}`), checked: banner === channels.banner, onSelect: () => void set(severity, { banner }) }))}
                  />
                </td>
              )}
              <td className="pr-4 text-right">
                <Button look="ghost" className="-mr-2.5" disabled={testing !== null} icon={testing === severity ? <BellRing aria-hidden /> : <Play aria-hidden />} aria-label={`${t("parts.delivery.test")} · ${word}`} onClick={() => void test(severity)}>
                  {t("parts.delivery.test")}
                </Button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
