// A line of the settings: what it is, what it does, the control, and beside it whether it was saved.

import { Check, LoaderCircle } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import { cx, SectionHeader } from "@/parts";
import { useSettings } from "@/settings";
import { errorText } from "@/text";

export type Saving = { readonly kind: "idle" } | { readonly kind: "saving" } | { readonly kind: "saved" } | { readonly kind: "failed"; readonly why: string };

const IDLE: Saving = { kind: "idle" };

/** Saves at once and tells what came of it. */
export function useSaver(): { saving: Saving; save: (patch: SettingsPatch) => Promise<boolean>; run: (work: () => Promise<unknown>) => Promise<boolean> } {
  const { save } = useSettings();
  const [saving, setSaving] = useState<Saving>(IDLE);
  useEffect(() => {
    if (saving.kind !== "saved") return;
    const timer = setTimeout(() => setSaving(IDLE), 2_000);
    return () => clearTimeout(timer);
  }, [saving]);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setSaving({ kind: "saving" });
    try {
      await work();
      setSaving({ kind: "saved" });
      return true;
    } catch (thrown) {
      setSaving({ kind: "failed", why: errorText(thrown) });
      return false;
    }
  }, []);
  return { saving, run, save: useCallback((patch: SettingsPatch) => run(() => save(patch)), [run, save]) };
}

export function SavingMark({ saving }: { saving: Saving }) {
  const { t } = useTranslation();
  return (
    <span role="status" className="inline-flex w-4 flex-none justify-center">
      {saving.kind === "saving" && <LoaderCircle aria-label={t("settings.saving")} className="size-3.5 text-ink-3" />}
      {saving.kind === "saved" && <Check aria-label={t("settings.saved")} className="fade-in size-3.5 text-good" />}
    </span>
  );
}

export function SavingError({ saving, className }: { saving: Saving; className?: string }) {
  const { t } = useTranslation();
  if (saving.kind !== "failed") return null;
  return (
    <p role="alert" className={cx("text-crit", className)}>
      {t("settings.failed", { error: saving.why })} <span className="text-ink-2">{t("settings.failedKept")}</span>
    </p>
  );
}

const Anchors = createContext("");

export function Section({ id, title, note, children }: { id: string; title: string; note?: string; children: ReactNode }) {
  const anchor = useMemo(() => `settings-${id}`, [id]);
  return (
    <Anchors value={anchor}>
      <section id={anchor} aria-label={title} className="scroll-mt-0 border-b border-line pb-4 last:border-b-0">
        <SectionHeader title={title} note={note} className="!h-11 [&>h2]:text-[14px]" />
        {children}
      </section>
    </Anchors>
  );
}

/** `children` is the control at the right. */
export function Row({ label, help, saving, children }: { label: string; help?: ReactNode; saving?: Saving; children: ReactNode }) {
  const section = useContext(Anchors);
  return (
    <div data-section={section} className="px-4 py-1.5">
      <div className="flex min-h-8 items-center gap-4">
        <div className="min-w-0 flex-1">
          <div>{label}</div>
          {help !== undefined && <div className="text-[12px] leading-snug text-ink-3">{help}</div>}
        </div>
        <div className="flex flex-none items-center gap-1.5">
          {saving !== undefined && <SavingMark saving={saving} />}
          {children}
        </div>
      </div>
      {saving !== undefined && <SavingError saving={saving} />}
    </div>
  );
}

/** A number in a box with its unit; saved when one leaves it or presses Enter. */
export function NumberBox({ label, value, unit, onSave, check }: { label: string; value: string; unit: string; onSave: (text: string) => void; check?: (text: string) => string | null }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    const text = typed.normalize("NFKC").replace(/[,\s]/g, "");
    const wrong = /^\d+(\.\d+)?$/.test(text) ? (check?.(text) ?? null) : t("parts.edit.number");
    setWhy(wrong);
    if (wrong !== null) return;
    setTyped(null);
    if (text !== value) onSave(text);
  };
  return (
    <span className="relative flex items-center gap-2">
      <input
        aria-label={label}
        aria-invalid={why !== null}
        inputMode="decimal"
        value={typed ?? value}
        onChange={(event) => (setTyped(event.target.value), setWhy(null))}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key !== "Escape") return;
          setTyped(null);
          setWhy(null);
        }}
        className={cx("num h-[26px] w-[104px] rounded-md border bg-surface px-2 text-right", why === null ? "border-line-strong" : "border-crit")}
      />
      <span className="w-[56px] text-ink-3">{unit}</span>
      {why !== null && (
        <span role="alert" className="fade-in absolute top-full right-0 z-10 mt-1 w-max max-w-[260px] rounded-md border border-crit bg-panel px-2 py-1 text-[12px] text-crit">
          {why}
        </span>
      )}
    </span>
  );
}
