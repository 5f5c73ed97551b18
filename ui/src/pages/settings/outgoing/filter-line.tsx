// Which events: the filter's line, looked at by the core while one types. What is not understood is marked; else it says which event would be meant.

import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useClock, useFormat } from "@/format";
import { cx } from "@/parts";
import { errorText } from "@/text";
import { useKinds } from "@/text/kinds";
import { BOX, Help } from "./field";
import type { ActionApi } from "./use-action";

export function FilterLine({ api }: { api: ActionApi }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const kinds = useKinds();
  const id = useId();
  const { look, draft } = api;
  const at = look.kind === "refused" ? look.error.at : null;
  const wrong = at === null || look.kind !== "refused" ? null : t("outgoing.filterBad", { token: draft.filter.trim().slice(at[0], at[1]) || draft.filter.trim().slice(-1), message: errorText(look.error) });
  const found = look.kind === "shown" ? look.preview : null;
  const age = useClock((now) => format.age(Math.max(0, now - (found?.at ?? now))));
  const known = found === null ? undefined : kinds[found.kind];
  const title = known === undefined ? (found?.kind ?? "") : i18n.language === "zh-CN" ? known.zh : known.en;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="flex min-h-[22px] items-center text-ink-2">
        {t("outgoing.filter")}
      </label>
      <input
        id={id}
        value={draft.filter}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong !== null}
        aria-describedby={`${id}-help ${id}-seen`}
        onChange={(event) => api.set({ filter: event.target.value })}
        className={cx(BOX, "h-[30px] font-mono text-[12px]", wrong !== null && "!border-crit")}
      />
      <p id={`${id}-seen`} role="status" className={cx("num mt-1 min-h-[17px] truncate text-[12px] leading-snug", wrong === null ? "text-ink-2" : "text-crit")}>
        {wrong ?? (found === null ? "" : found.seq === null ? t("outgoing.filterNone") : t("outgoing.filterNewest", { kind: title, age }))}
      </p>
      <Help id={`${id}-help`} className="!mt-0">
        {t("outgoing.filterHelp")}
      </Help>
    </div>
  );
}
