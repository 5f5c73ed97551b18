// Alerts that take the window, as the core says which: one banner until somebody has seen them, however many they are. Escape and clicks beside it do
// nothing. Texts are as long as somebody's stack trace; the button is always in reach.

import { AlertDialog } from "radix-ui";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { BannerView } from "@/bindings/BannerView";
import type { Severity } from "@/bindings/Severity";
import { useFormat } from "@/format";
import { useLive } from "@/live";
import { Button, cx, SeverityMark, severityInk, Ticking } from "@/parts";
import { useAlertText } from "@/rules";
import { joined } from "@/text";

const PANELS: Record<Severity, string> = { info: "border-info bg-info-soft", success: "border-good bg-good-soft", warning: "border-warn bg-warn-soft", critical: "border-crit bg-crit-soft" };

export function Banner() {
  const banner = useLive((live) => live.frame?.banner ?? null);
  return banner === null || banner.newest.length === 0 ? null : <Blocking banner={banner} />;
}

function Blocking({ banner }: { banner: BannerView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const alertText = useAlertText();
  const { acknowledge, busy } = useActions();
  const { newest, count, ids, worst, system } = banner;
  const one = count === 1;
  const more = count - newest.length;
  const n = format.integer(count);
  const severity = t(`common.severity.${worst}`);
  // What its rule is called stands above; where they are of several rules, before each.
  const title = system ? (one ? t("frame.banner.title") : t("frame.banner.many", { n })) : one ? t("frame.banner.one", { severity }) : t("frame.banner.several", { n, severity });
  return (
    <AlertDialog.Root open>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <AlertDialog.Content onEscapeKeyDown={(event) => event.preventDefault()} className={cx("fixed inset-x-0 top-0 z-50 border-b-2 text-ink", PANELS[worst])}>
          <div className="mx-auto flex max-w-[1100px] items-start gap-4 px-6 py-5">
            <SeverityMark severity={worst} word={false} className="mt-0.5 flex-none [&_svg]:size-7" />
            <div className="min-w-0 flex-1">
              <AlertDialog.Title className={cx("num font-[580]", severityInk(worst))}>{title}</AlertDialog.Title>
              <AlertDialog.Description asChild>
                <ul className={cx("mt-0.5 max-h-[55vh] overflow-y-auto", !one && "flex flex-col gap-2")}>
                  {newest.map((alert) => {
                    const text = alertText(alert);
                    return (
                      <li key={alert.id} className="[unicode-bidi:isolate]">
                        <p className={cx("leading-snug break-words", one ? "line-clamp-4 text-[20px] font-[600]" : "line-clamp-2 text-[15px] font-[560]")} title={system ? alert.label || text.title : text.title}>
                          {!system && !one && <SeverityMark severity={alert.severity} word={false} className="mr-1.5" />}
                          {system ? alert.label || text.title : text.title}
                        </p>
                        <p className="num mt-0.5 line-clamp-2 break-words text-ink-2"><Ticking text={(now) => joined([...text.parts, t("frame.banner.since", { age: format.age(now - alert.last_at) })])} /></p>
                      </li>
                    );
                  })}
                  {more > 0 && <li className="num text-ink-2">{t("frame.banner.more", { n: format.integer(more) })}</li>}
                </ul>
              </AlertDialog.Description>
            </div>
            {/* Radix gives the focus to the one that cancels; here the only button is the way out. */}
            <AlertDialog.Cancel asChild>
              <Button look="primary" className="mt-1 h-8 px-4" disabled={ids.some((id) => busy.has(id))} onClick={(event) => (event.preventDefault(), void acknowledge(ids))}>
                {one ? t("frame.banner.acknowledge") : t("frame.banner.acknowledgeAll", { n: format.integer(ids.length) })}
              </Button>
            </AlertDialog.Cancel>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
