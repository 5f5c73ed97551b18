import { Search, X } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "@/keys";
import { cx } from "./cx";

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

/** Every word of `text` is somewhere in one of `fields`, whatever the case. Pure. */
export function matchesWords(text: string, fields: readonly (string | null | undefined)[]): boolean {
  const hay = fields.filter(Boolean).join("\n").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
