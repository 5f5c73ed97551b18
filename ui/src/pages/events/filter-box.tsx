// The filter's line. A bad filter is marked under the token that is not understood; the result on screen stays the last good one. Of what can match nothing
// it asks whether something near was meant.

import { ListFilter, X } from "lucide-react";
import { type Ref, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Suggestion } from "@/filter";
import type { CommandError } from "@/host";
import { cx, IconButton } from "@/parts";
import { errorText } from "@/text";
import { markError } from "./tail";

export function FilterBox({ text, onText, error, errorFor, kept, meant, inputRef }: { text: string; onText: (text: string) => void; error: CommandError | null; errorFor: string; kept: boolean; meant: Suggestion | null; inputRef: Ref<HTMLInputElement> }) {
  const { t } = useTranslation();
  const marks = useRef<HTMLDivElement>(null);
  // A mark belongs to the text it was made for; while the user types on, it is gone until the core has looked again.
  const mark = error?.code === "invalid_input" && errorFor === text ? markError(text, error.at) : null;
  return (
    <div className="min-w-0 flex-1">
      <div className={cx("relative flex h-8 items-center rounded-md border bg-panel", mark === null ? "border-line-strong" : "border-crit")}>
        <ListFilter aria-hidden className="ml-2.5 size-3.5 flex-none text-ink-3" />
        <div className="relative min-w-0 flex-1 font-mono text-[12.5px]">
          {mark !== null && (
            <div ref={marks} aria-hidden className="pointer-events-none absolute inset-0 overflow-hidden px-2.5 leading-[30px] whitespace-pre text-transparent">
              {mark.before}
              <span className="underline decoration-crit decoration-wavy decoration-[1.5px] underline-offset-[5px]">{mark.token}</span>
              {mark.after}
            </div>
          )}
          <input
            ref={inputRef}
            type="text"
            value={text}
            spellCheck={false}
            autoComplete="off"
            aria-label={t("events.filter")}
            aria-invalid={mark !== null}
            aria-describedby={mark === null ? undefined : "filter-error"}
            placeholder={t("events.filterPlaceholder")}
            onChange={(event) => onText(event.target.value)}
            onScroll={(event) => marks.current !== null && (marks.current.scrollLeft = event.currentTarget.scrollLeft)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              if (text === "") event.currentTarget.blur();
              else onText("");
            }}
            className="h-[30px] w-full rounded-md bg-transparent px-2.5 outline-none placeholder:font-sans placeholder:text-[13px] placeholder:text-ink-3"
          />
        </div>
        {text !== "" && (
          <IconButton label={t("events.filterClear")} className="mr-0.5 size-6" onClick={() => onText("")}>
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      {mark !== null && error !== null && (
        <p id="filter-error" role="alert" className="mt-1 truncate text-crit">
          {t("events.filterBad", { token: mark.token, message: errorText(error) })} {kept && <span className="text-ink-2">· {t("events.filterKept")}</span>}
        </p>
      )}
      {meant !== null && (
        <p role="status" className="mt-1 text-ink-2">
          {t("events.didYouMean")}{" "}
          <button type="button" onClick={() => onText(meant.filter)} className="rounded px-0.5 font-mono text-[12.5px] text-accent hover:underline">
            {meant.term}
          </button>
          {t("events.didYouMeanEnd")}
        </p>
      )}
    </div>
  );
}
