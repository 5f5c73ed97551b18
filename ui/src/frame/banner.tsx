// Critical system alerts nobody has seen: one banner takes the window until somebody says so, however many they are. Escape and clicks beside it do
// nothing. Texts are as long as somebody's stack trace; the button is always in reach.

import { OctagonAlert } from "lucide-react";
import { AlertDialog } from "radix-ui";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { BannerView } from "@/bindings/BannerView";
import { useFormat } from "@/format";
import { useLive } from "@/live";
import { Button, cx, Ticking } from "@/parts";
import { useAlertText } from "@/rules";
import { joined } from "@/text";

export function Banner() {
  const banner = useLive((live) => live.frame?.banner ?? null);
  return banner === null || banner.newest.length === 0 ? null : <Blocking banner={banner} />;
}

function Blocking({ banner }: { banner: BannerView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const alertText = useAlertText();
  const { acknowledge, busy } = useActions();
  const { newest, count, ids } = banner;
  const one = count === 1;
  const more = count - newest.length;
  return (
    <AlertDialog.Root open>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <AlertDialog.Content onEscapeKeyDown={(event) => event.preventDefault()} className="fixed inset-x-0 top-0 z-50 border-b-2 border-crit bg-crit-soft text-ink">
          <div className="mx-auto flex max-w-[1100px] items-start gap-4 px-6 py-5">
            <OctagonAlert aria-hidden className="mt-0.5 size-7 flex-none text-crit" strokeWidth={1.75} />
            <div className="min-w-0 flex-1">
              <AlertDialog.Title className="num font-[580] text-crit">{one ? t("frame.banner.title") : t("frame.banner.many", { n: format.integer(count) })}</AlertDialog.Title>
              <AlertDialog.Description asChild>
                <ul className={cx("mt-0.5 max-h-[55vh] overflow-y-auto", !one && "flex flex-col gap-2")}>
                  {newest.map((alert) => {
                    const text = alertText(alert);
                    return (
                      <li key={alert.id} className="[unicode-bidi:isolate]">
                        <p className={cx("leading-snug break-words", one ? "line-clamp-4 text-[20px] font-[600]" : "line-clamp-2 text-[15px] font-[560]")} title={alert.label || text.title}>
                          {/* What its rule is called stands above. */}
                          {alert.label || text.title}
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
