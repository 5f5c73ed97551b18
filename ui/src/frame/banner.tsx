// A critical system alert nobody has seen: it takes the window until somebody says so. Escape and clicks beside it do nothing.

import { OctagonAlert } from "lucide-react";
import { AlertDialog } from "radix-ui";
import { useTranslation } from "react-i18next";
import { useActions } from "@/act";
import type { AlertView } from "@/bindings/AlertView";
import { useFormat, useNow } from "@/format";
import { useLive } from "@/live";
import { Button } from "@/parts";
import { useAlertText } from "@/text";

export function Banner() {
  const alert = useLive((live) => live.frame?.banner ?? null);
  return alert === null ? null : <Blocking alert={alert} />;
}

function Blocking({ alert }: { alert: AlertView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const text = useAlertText()(alert);
  const { acknowledge, busy } = useActions();
  return (
    <AlertDialog.Root open>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <AlertDialog.Content onEscapeKeyDown={(event) => event.preventDefault()} className="fixed inset-x-0 top-0 z-50 border-b-2 border-crit bg-crit-soft text-ink">
          <div className="mx-auto flex max-w-[1100px] items-start gap-4 px-6 py-5">
            <OctagonAlert aria-hidden className="mt-0.5 size-7 flex-none text-crit" strokeWidth={1.75} />
            <div className="min-w-0 flex-1">
              <p className="font-[580] text-crit">{t("frame.banner.title")}</p>
              <AlertDialog.Title className="text-[20px] leading-snug font-[600] break-words">{text.title}</AlertDialog.Title>
              <AlertDialog.Description className="num mt-1 text-ink-2">
                {[...text.parts, t("frame.banner.since", { age: format.age(now - alert.last_at) })].join(" · ")}
              </AlertDialog.Description>
            </div>
            {/* Radix gives the focus to the one that cancels; here the only button is the way out. */}
            <AlertDialog.Cancel asChild>
              <Button look="primary" className="mt-1 h-8 px-4" disabled={busy.has(alert.id)} onClick={(event) => (event.preventDefault(), void acknowledge([alert.id]))}>
                {t("frame.banner.acknowledge")}
              </Button>
            </AlertDialog.Cancel>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
