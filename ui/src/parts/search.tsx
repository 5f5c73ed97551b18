import { Search, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { withPhrase } from "@/filter";
import { useKeys } from "@/keys";
import { cx } from "./cx";
import type { MenuItem } from "./overlay";

/** A box that narrows the list below while one types. `/` goes to it, Escape empties it and gives the focus back. */
export function SearchField({ label, value, onChange, className }: { label: string; value: string; onChange: (value: string) => void; className?: string }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  useKeys({ "/": () => input.current?.focus() });
  return (
    <label className={cx("flex h-[26px] items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2 focus-within:outline-2 focus-within:outline-accent", className)}>
      <Search aria-hidden className="size-3.5 flex-none text-ink-3" />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label={label}
        value={value}
        spellCheck={false}
        autoComplete="off"
        placeholder={label}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (value === "") event.currentTarget.blur();
          else onChange("");
        }}
        className="min-w-0 flex-1 bg-transparent text-ink outline-none placeholder:text-ink-3"
      />
      {value !== "" && (
        <button type="button" aria-label={t("parts.search.clear")} onClick={() => (onChange(""), input.current?.focus())} className="text-ink-3 hover:text-ink">
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </label>
  );
}

/** For a row's menu: only what has this value, or only what has not, as words of the box. */
export function usePhraseItems(text: string, onText: (text: string) => void): (what: string, value: string | null) => readonly MenuItem[] {
  const { t } = useTranslation();
  return (what, value) =>
    value === null || value === ""
      ? []
      : [
          { id: `only ${what}`, label: t("parts.menu.only", { what, value }), onSelect: () => onText(withPhrase(text, value, false)) },
          { id: `not ${what}`, label: t("parts.menu.not", { what, value }), onSelect: () => onText(withPhrase(text, value, true)) },
        ];
}
