// What a table of thresholds would change, and what of it cannot be read. Nothing is changed before it is applied; then it can be taken back.

import { ArrowRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format";
import { Button, cx, Dialog } from "@/parts";
import { toast } from "@/parts/notice";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";
import { changeOf, type Fault, type Plan, type Step } from "./sheet";

/** Lines that are shown of each list. */
const MOST = 200;
const COUNTED = ["set", "changed", "removed", "same", "faults"] as const;

export function ImportDialog({ file, plan: { steps, same, faults }, onClose }: { file: string; plan: Plan; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { save } = useSettings();
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const n = format.integer(steps.length);
  const counts = {
    set: steps.filter(({ from }) => from === null).length,
    changed: steps.filter(({ from, to }) => from !== null && to !== null).length,
    removed: steps.filter(({ to }) => to === null).length,
    same,
    faults: faults.length,
  };
  const apply = async () => {
    setBusy(true);
    const { patch, undo } = changeOf(steps);
    const back = () => save(undo).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
    try {
      await save(patch);
      toast(t("inventory.sheet.done", { count: steps.length, n }), { label: t("inventory.undo"), run: () => void back() });
      onClose();
    } catch (thrown) {
      setWhy(errorText(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={620}
      title={t("inventory.sheet.title", { file })}
      footer={
        <>
          <Button onClick={onClose}>{steps.length === 0 ? t("common.close") : t("common.cancel")}</Button>
          {steps.length > 0 && (
            <Button look="primary" disabled={busy} onClick={() => void apply()}>
              {t("inventory.sheet.apply", { count: steps.length, n })}
            </Button>
          )}
        </>
      }
    >
      <ul aria-label={t("inventory.sheet.counts")} className="mb-3 flex flex-wrap gap-x-5 gap-y-1">
        {COUNTED.map((name) => (
          <li key={name} className={counts[name] === 0 ? "text-ink-3" : name === "faults" ? "text-warn" : "text-ink-2"}>
            <b className={cx("num font-[580]", counts[name] > 0 && name !== "faults" && "text-ink")}>{format.integer(counts[name])}</b> {t(`inventory.sheet.count.${name}`)}
          </li>
        ))}
      </ul>
      {faults.length > 0 && <Lines title={t("inventory.sheet.faults")} all={faults} of={(fault) => <FaultLine fault={fault} />} />}
      {steps.length > 0 && <Lines title={t("inventory.sheet.changes")} all={steps} of={(step) => <StepLine step={step} />} />}
      {steps.length === 0 && faults.length === 0 && <p className="mb-2 text-ink-2">{t("inventory.sheet.nothing")}</p>}
      <p className="text-[12px] text-ink-3">{t("inventory.sheet.removal")}</p>
      {why !== null && (
        <p role="alert" className="mt-2 text-crit">
          {why}
        </p>
      )}
    </Dialog>
  );
}

function Lines<T extends { readonly line: number }>({ title, all, of }: { title: string; all: readonly T[]; of: (one: T) => ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section aria-label={title} className="mb-3">
      <h3 className="mb-1 text-[12px] text-ink-3">{title}</h3>
      <ul className="max-h-[30vh] overflow-auto rounded-md border border-line bg-surface">
        {all.slice(0, MOST).map((one) => (
          <li key={one.line} className="border-b border-line/55 px-2.5 py-1 last:border-b-0">
            {of(one)}
          </li>
        ))}
        {all.length > MOST && <li className="num px-2.5 py-1 text-ink-3">{t("inventory.sheet.more", { n: format.integer(all.length - MOST) })}</li>}
      </ul>
    </section>
  );
}

function FaultLine({ fault: { line, why, what } }: { fault: Fault }) {
  const { t } = useTranslation();
  const format = useFormat();
  return <span className="break-words text-warn">{t(`inventory.sheet.fault.${why}`, { line: format.integer(line), what })}</span>;
}

function StepLine({ step: { line, name, label, from, to, unseen } }: { step: Step }) {
  const { t } = useTranslation();
  const format = useFormat();
  const number = (n: number | null) => (n === null ? <span className="text-ink-3">{t("inventory.sheet.none")}</span> : format.number(n));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto_64px_16px_64px] items-center gap-x-2" title={t("inventory.sheet.line", { n: format.integer(line) })}>
      <span className="truncate">
        {label}
        {label !== name && <span className="text-ink-3"> · {name}</span>}
      </span>
      <span>
        {unseen && (
          <span title={t("inventory.sheet.unseenHint")} className="rounded-sm bg-raised px-1 text-[11px] text-warn">
            {t("inventory.sheet.unseen")}
          </span>
        )}
      </span>
      <span className="num text-right text-ink-2">{number(from)}</span>
      <ArrowRight aria-hidden className="size-3.5 text-ink-3" />
      <span className="num text-right font-[540]">{number(to)}</span>
    </div>
  );
}
