// A rule is written: what it is called, when it holds, how bad that is; and beside it what it would have done. What is seldom needed is folded away.

import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RuleDocument } from "@/bindings/RuleDocument";
import type { Severity } from "@/bindings/Severity";
import { Button, Dialog } from "@/parts";
import { Choices } from "@/parts/choices";
import { toast } from "@/parts/notice";
import { said, useLang } from "@/rules";
import { useSettings } from "@/settings";
import { errorText, failureText } from "@/text";
import { type Draft, EXAMPLES, nameFor, reworded } from "./draft";
import { Field, INPUT } from "./fields";
import { More } from "./more";
import { Past } from "./past";
import { useBacktest } from "./use-backtest";
import { useShippedAgain } from "./use-shipped-again";
import { WhenField } from "./when-field";

const SEVERITIES = ["info", "success", "warning", "critical"] as const satisfies readonly Severity[];

/** What stands where it is known already: the user's own, which can be deleted; what came with Watchdeck; what the user wrote in the place of that. */
export type Standing = "own" | "shipped" | "changed";

export function RuleDialog({ draft, taken, standing, onClose }: { draft: Draft; /** Names of all rules. */ taken: readonly string[]; standing: Standing; onClose: () => void }) {
  const { t } = useTranslation();
  const lang = useLang();
  const { save } = useSettings();
  const shippedAgain = useShippedAgain();
  const [document, setDocument] = useState(draft.document);
  const [days, setDays] = useState(30);
  const [more, setMore] = useState(draft.known);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const title = said(document.title, lang);
  const id = draft.known ? draft.id : nameFor(title, taken);
  const tried = useBacktest(id, document, days);
  const change = (part: Partial<RuleDocument>) => {
    setError(null);
    setDocument((before) => ({ ...before, ...part }));
  };
  const ready = title.trim() !== "" && document.when.trim() !== "" && tried.fault === null;
  /** Closed when it is done; else the reason is said and all stays as it was written. */
  const close = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      onClose();
    } catch (thrown) {
      setError(errorText(thrown));
      setBusy(false);
    }
  };
  const store = (to: RuleDocument | null) =>
    close(async () => {
      await save({ rules: { [id]: to } });
      toast(to === null ? t("alerts.rule.removed", { title }) : t("alerts.rule.saved", { title }));
    });
  const submit = () => {
    setAsked(true);
    if (ready) void store(document);
  };
  return (
    <Dialog
      open
      tall
      onClose={onClose}
      width={760}
      title={draft.known ? t("alerts.rule.edit") : t("alerts.rule.new")}
      footer={
        <>
          {draft.known && standing === "own" && (
            <Button look="danger" className="mr-auto" disabled={busy} onClick={() => void store(null)}>
              {t("alerts.rule.remove")}
            </Button>
          )}
          {draft.known && standing === "changed" && (
            <Button className="mr-auto" icon={<RotateCcw aria-hidden />} title={t("alerts.rule.changedNote")} disabled={busy} onClick={() => void close(() => shippedAgain(draft, said(draft.document.title, lang)))}>
              {t("alerts.rule.shipped")}
            </Button>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" disabled={busy} onClick={submit}>
            {t("alerts.rule.save")}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label={t("alerts.rule.title")} wrong={asked && title.trim() === "" ? t("alerts.rule.titleNeeded") : null}>
          {(props) => <input {...props} autoFocus={!draft.known} value={document.title[lang] === "" ? title : document.title[lang]} maxLength={120} onChange={(event) => change({ title: reworded(document.title, lang, event.target.value) })} className={INPUT} />}
        </Field>
        <div>
          <WhenField label={t("alerts.rule.when")} value={document.when} fault={tried.of === document && tried.fault?.field === "when" ? tried.fault : null} needed={asked && document.when.trim() === ""} onChange={(when) => change({ when })} />
          {!draft.known && (
            <div className="mt-2 flex flex-wrap items-center gap-1.5">
              <span className="text-ink-3">{t("alerts.rule.examples")}</span>
              {EXAMPLES.map((example) => (
                <button
                  key={example.id}
                  type="button"
                  onClick={() => change({ per: "", ...example.change, title: title === "" || EXAMPLES.some((each) => t(`alerts.rule.example.${each.id}`) === title) ? reworded({ zh: "", en: "" }, lang, t(`alerts.rule.example.${example.id}`)) : document.title })}
                  className="h-6 rounded-full border border-line-strong px-2.5 text-[12px] text-ink-2 hover:bg-raised hover:text-ink"
                >
                  {t(`alerts.rule.example.${example.id}`)}
                </button>
              ))}
            </div>
          )}
        </div>
        <div className="flex items-center gap-3">
          <span className="w-[92px] flex-none text-ink-2">{t("alerts.rule.severity")}</span>
          <Choices label={t("alerts.rule.severity")} value={document.severity} options={SEVERITIES.map((severity) => ({ id: severity, label: t(`common.severity.${severity}`) }))} onChange={(severity) => change({ severity })} />
        </div>
        <Past tried={tried} days={days} onDays={setDays} lang={lang} onLeave={onClose} />
        <button type="button" aria-expanded={more} onClick={() => setMore(!more)} className="-mx-1 self-start rounded px-1 text-accent hover:underline">
          {more ? t("alerts.rule.less") : t("alerts.rule.moreFields")}
        </button>
        {more && <More document={document} lang={lang} fault={tried.of === document ? tried.fault : null} onChange={change} />}
        {tried.of === document && tried.fault !== null && asked && (
          <p role="alert" className="text-crit">
            {failureText(tried.fault.message)}
          </p>
        )}
        {error !== null && (
          <p role="alert" className="text-crit">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
