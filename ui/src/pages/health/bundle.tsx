// An archive for whoever helps: made at a click, shown with its place and size, and with what is left out of it.

import { Check, Copy, LifeBuoy, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { type Answer, CommandError } from "@/host";
import { useHost } from "@/live";
import { Button, Dialog } from "@/parts";
import { errorText } from "@/text";
import { toast } from "@/parts/notice";

type State = { readonly kind: "busy" } | { readonly kind: "made"; readonly bundle: Answer<"support_bundle"> } | { readonly kind: "failed"; readonly error: CommandError };

export function SupportBundle() {
  const { t } = useTranslation();
  const host = useHost();
  const [state, setState] = useState<State | null>(null);
  const make = async () => {
    setState({ kind: "busy" });
    try {
      setState({ kind: "made", bundle: await host.call("support_bundle", {}) });
    } catch (thrown) {
      setState({ kind: "failed", error: CommandError.from(thrown) });
    }
  };
  return (
    <>
      <Button icon={<LifeBuoy aria-hidden />} disabled={state?.kind === "busy"} title={t("health.bundle.hint")} onClick={() => void make()}>
        {state?.kind === "busy" ? t("health.bundle.busy") : t("health.bundle.make")}
      </Button>
      <Dialog
        open={state !== null && state.kind !== "busy"}
        onClose={() => setState(null)}
        title={t("health.bundle.title")}
        width={560}
        footer={
          <>
            {state?.kind === "failed" && <Button onClick={() => void make()}>{t("common.retry")}</Button>}
            <Button onClick={() => setState(null)}>{t("common.close")}</Button>
          </>
        }
      >
        {state?.kind === "made" && <Made bundle={state.bundle} />}
        {state?.kind === "failed" && (
          <p role="alert" className="mb-3 flex gap-2 text-crit">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none" />
            <span className="min-w-0 break-words">{t("health.bundle.failed", { error: errorText(state.error) })}</span>
          </p>
        )}
        <Contents />
      </Dialog>
    </>
  );
}

function Made({ bundle }: { bundle: Answer<"support_bundle"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="mb-4 rounded-md border border-line bg-surface p-3">
      <p className="num flex items-center gap-2">
        <Check aria-hidden className="size-4 flex-none text-good" />
        {t("health.bundle.made", { size: format.bytes(bundle.bytes) })}
      </p>
      <div className="mt-1.5 flex items-start gap-2">
        <code className="min-w-0 flex-1 font-mono text-[12px] break-all text-ink-2">{bundle.path}</code>
        <CopyButton text={bundle.path} done={t("health.pathCopied")} label={t("health.copyPath")} />
      </div>
    </div>
  );
}

const INSIDE = ["versions", "settings", "sources", "health", "samples", "logs"] as const;
const OUTSIDE = ["secrets", "looks", "events"] as const;

/** What is in it and what is not, and how the same is had without a window. */
function Contents() {
  const { t } = useTranslation();
  return (
    <>
      <div className="grid grid-cols-2 gap-6">
        <div>
          <h3>{t("health.bundle.inside")}</h3>
          <ul className="mt-1 text-ink-2">
            {INSIDE.map((part) => (
              <li key={part} className="flex gap-1.5 py-0.5">
                <Check aria-hidden className="mt-[3px] size-3.5 flex-none text-ink-3" />
                {t(`health.bundle.in.${part}`)}
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h3>{t("health.bundle.outside")}</h3>
          <ul className="mt-1 text-ink-2">
            {OUTSIDE.map((part) => (
              <li key={part} className="flex gap-1.5 py-0.5">
                <X aria-hidden className="mt-[3px] size-3.5 flex-none text-ink-3" />
                {t(`health.bundle.out.${part}`)}
              </li>
            ))}
          </ul>
        </div>
      </div>
      <div className="mt-4 flex items-center gap-2 border-t border-line pt-3 text-ink-2">
        <span className="min-w-0 flex-1">
          {t("health.bundle.doctor")} <code className="rounded bg-raised px-1.5 py-0.5 font-mono text-[12px] text-ink">{DOCTOR}</code>
        </span>
        <CopyButton text={DOCTOR} done={t("common.copied")} label={t("common.copy")} />
      </div>
    </>
  );
}

/** A command, the same in every language. */
const DOCTOR = "watchdeck doctor";

function CopyButton({ text, done, label }: { text: string; done: string; label: string }) {
  const { t } = useTranslation();
  const copy = () =>
    navigator.clipboard
      .writeText(text)
      .then(() => toast(done))
      .catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: String(thrown) })));
  return (
    <Button look="ghost" icon={<Copy aria-hidden />} onClick={() => void copy()}>
      {label}
    </Button>
  );
}
