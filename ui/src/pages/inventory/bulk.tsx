// Several products chosen: the bar in the place of the head, and the one question that is asked of all of them.

import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { StockRow } from "@/bindings/StockRow";
import { useFormat } from "@/format";
import { Button, Dialog } from "@/parts";
import { toast } from "@/parts/notice";
import { readDecimal } from "@/parts/value-edit";
import { useSettings } from "@/settings";
import { errorDetail, errorText } from "@/text";
import { fallback, thresholds } from "./thresholds/thresholds";

export function BulkBar({ rows, onAsk, onClear }: { rows: readonly StockRow[]; onAsk: () => void; onClear: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = t("inventory.selected", { count: rows.length, n: format.integer(rows.length) });
  return (
    <div role="toolbar" aria-label={said} className="flex h-[38px] flex-none items-center gap-2.5 border-b border-line bg-accent-soft px-4">
      <h2 className="num whitespace-nowrap">{said}</h2>
      <span className="ml-auto flex flex-none gap-1.5">
        <Button look="primary" kbd="T" onClick={onAsk}>
          {t("inventory.setThreshold")}
        </Button>
        <Button look="ghost" kbd="Esc" className="-mr-2.5" onClick={onClear}>
          {t("inventory.clear")}
        </Button>
      </span>
    </div>
  );
}

/** Asks for the threshold of all of them, and says what came of it with a way back. */
export function ThresholdDialog({ rows, onClose, onDone }: { rows: readonly StockRow[]; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { settings, save } = useSettings();
  const [typed, setTyped] = useState("");
  const [why, setWhy] = useState<string | null>(null);
  const busy = useRef(false);
  const all = rows.map((row) => row.threshold);
  const span = (of: readonly number[]) => ({ least: format.number(Math.min(...of)), most: format.number(Math.max(...of)) });
  const { least, most } = span(all);
  // What each falls back to: its warehouse's, or the one for all.
  const others = span(rows.map((row) => fallback(row, settings).n));
  const n = format.integer(rows.length);

  const put = async (to: number | null) => {
    if (busy.current) return;
    busy.current = true;
    const { patch, undo } = thresholds(rows, to, settings.product_thresholds);
    const back = () => save(undo).catch((thrown: unknown) => toast.error(t("frame.done.failed", { error: errorText(thrown) }), errorDetail(thrown)));
    try {
      await save(patch);
      const text = to === null ? t("inventory.doneDefault", { count: rows.length, n }) : t("inventory.done", { count: rows.length, n, to: format.number(to) });
      toast(text, { label: t("inventory.undo"), run: () => void back() });
      onDone();
    } catch (thrown) {
      setWhy(errorText(thrown));
    } finally {
      busy.current = false;
    }
  };
  const submit = () => {
    const text = readDecimal(typed);
    if (text === null) setWhy(t("parts.edit.number"));
    else void put(Number(text));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={400}
      title={t("inventory.thresholdFor", { count: rows.length, n })}
      footer={
        <>
          <Button className="mr-auto" onClick={() => void put(null)}>
            {others.least === others.most ? t("inventory.backToDefault", { n: others.least }) : t("inventory.backToDefaults", others)}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" onClick={submit}>
            {t("inventory.set")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="num mb-2 text-ink-2">{least === most ? t("inventory.thresholdNow", { n: least }) : t("inventory.thresholdsNow", { least, most })}</p>
        <input
          autoFocus
          aria-label={t("inventory.column.threshold")}
          aria-invalid={why !== null}
          inputMode="decimal"
          value={typed}
          onChange={(event) => (setTyped(event.target.value), setWhy(null))}
          className={`num h-8 w-full rounded-md border bg-surface px-2.5 ${why === null ? "border-line-strong" : "border-crit"}`}
        />
        {why !== null && (
          <p role="alert" className="mt-1.5 text-crit">
            {why}
          </p>
        )}
      </form>
    </Dialog>
  );
}
