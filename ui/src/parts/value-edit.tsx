// A number in place: it reads as text until one clicks it or gives it the focus, Enter or leaving saves, Escape puts the old value back.
// Saving is shown, a refusal stays beside the value with its reason.

import { Check, LoaderCircle, Pencil } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { errorText } from "@/text";
import { cx } from "./cx";

type State = { readonly kind: "idle" } | { readonly kind: "saving" } | { readonly kind: "saved" } | { readonly kind: "failed"; readonly why: string };

/** A decimal as people type it (`5,000.5`, `５０`), as exact text; null when it is not one or is below zero. Pure. */
export function readDecimal(typed: string): string | null {
  const text = typed.normalize("NFKC").replace(/[,\s_¥$€]/g, "");
  return /^\d+(\.\d+)?$/.test(text) ? text.replace(/^0+(?=\d)/, "") : null;
}

export function ValueEdit({ label, value, shown, placeholder, onSave, allowEmpty = false, check, className }: { label: string; value: string; shown?: ReactNode; placeholder?: string; onSave: (text: string | null) => Promise<unknown>; allowEmpty?: boolean; check?: (text: string) => string | null; className?: string }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const [state, setState] = useState<State>({ kind: "idle" });
  const gaveUp = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (state.kind !== "saved") return;
    const timer = setTimeout(() => setState({ kind: "idle" }), 1_800);
    return () => clearTimeout(timer);
  }, [state]);

  const commit = async () => {
    if (typed === null || gaveUp.current) return;
    const text = readDecimal(typed);
    const empty = typed.trim() === "";
    if (text === value || (empty && !allowEmpty) || (empty && value === "")) {
      setTyped(null);
      return;
    }
    const why = empty ? null : text === null ? t("parts.edit.number") : (check?.(text) ?? null);
    if (why !== null) {
      setState({ kind: "failed", why });
      return;
    }
    setState({ kind: "saving" });
    try {
      await onSave(empty ? null : text);
      setState({ kind: "saved" });
      setTyped(null);
    } catch (thrown) {
      setState({ kind: "failed", why: errorText(thrown) });
    }
  };

  if (typed === null) {
    return (
      <button
        type="button"
        aria-label={t("parts.edit.change", { label })}
        data-inset-focus
        onClick={(event) => {
          event.stopPropagation();
          gaveUp.current = false;
          setState({ kind: "idle" });
          setTyped(value);
        }}
        className={cx("group/edit num relative -mx-1 inline-flex h-[22px] max-w-full items-center rounded px-1 hover:bg-raised hover:text-ink", className)}
      >
        {state.kind === "saved" ? <Check aria-label={t("parts.edit.saved")} className="absolute -left-3 size-3 text-good" /> : <Pencil aria-hidden className="absolute -left-3 size-3 text-ink-3 opacity-0 group-hover/edit:opacity-100 group-focus-visible/edit:opacity-100" />}
        <span className="truncate underline decoration-line-strong decoration-dotted underline-offset-[3px]">{shown ?? value}</span>
      </button>
    );
  }
  return (
    <span className="relative inline-flex items-center" onClick={(event) => event.stopPropagation()}>
      {state.kind === "saving" && <LoaderCircle aria-label={t("parts.edit.saving")} className="absolute left-1 size-3 text-ink-3" />}
      <input
        ref={input}
        autoFocus
        aria-label={label}
        aria-invalid={state.kind === "failed"}
        inputMode="decimal"
        value={typed}
        placeholder={placeholder}
        disabled={state.kind === "saving"}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => (setTyped(event.target.value), setState({ kind: "idle" }))}
        onBlur={() => void commit()}
        onKeyDown={(event) => {
          if (event.key === "Enter") void commit();
          else if (event.key === "Escape") {
            gaveUp.current = true;
            setState({ kind: "idle" });
            setTyped(null);
          } else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        className={cx("num h-[22px] w-[64px] rounded border bg-surface px-1 text-right", state.kind === "failed" ? "border-crit" : "border-line-strong")}
      />
      {state.kind === "failed" && <Why text={state.why} under={input} />}
    </span>
  );
}

/** Above everything: in a list of rows the next row would lie over it. */
function Why({ text, under }: { text: string; under: React.RefObject<HTMLElement | null> }) {
  const place = (element: HTMLElement | null) => {
    const box = under.current?.getBoundingClientRect();
    if (element === null || box === undefined) return;
    element.style.top = `${box.bottom + 4}px`;
    element.style.right = `${window.innerWidth - box.right}px`;
  };
  return createPortal(
    <span ref={place} role="alert" className="fade-in fixed z-50 w-max max-w-[260px] rounded-md border border-crit bg-panel px-2 py-1 text-[12px] text-crit">
      {text}
    </span>,
    document.body,
  );
}
