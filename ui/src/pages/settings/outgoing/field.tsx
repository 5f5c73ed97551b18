// Fields of the form: a line, several lines, a secret.

import { Eye, EyeOff, RefreshCw } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, cx, IconButton } from "@/parts";
import { freshSecret } from "./kinds";
import type { ActionApi } from "./use-action";

export const BOX = "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-ink-3";

export function Help({ id, children, className }: { id?: string; children: ReactNode; className?: string }) {
  return (
    <p id={id} className={cx("mt-1 text-[12px] leading-snug text-ink-3", className)}>
      {children}
    </p>
  );
}

type LineProps = { label: string; value: string; onText: (text: string) => void; help?: string; mono?: boolean; className?: string } & Omit<ComponentProps<"input">, "value" | "onChange">;

/** A line of text. */
export function Line({ label, value, onText, help, mono = false, className, ...rest }: LineProps) {
  const id = useId();
  return (
    <div className={cx("min-w-0", className)}>
      <label htmlFor={id} className="flex min-h-[22px] items-center text-ink-2">
        {label}
      </label>
      <input id={id} value={value} spellCheck={false} autoComplete="off" aria-describedby={help === undefined ? undefined : `${id}-help`} onChange={(event) => onText(event.target.value)} className={cx(BOX, "h-[30px]", mono && "font-mono text-[12px]")} {...rest} />
      {help !== undefined && <Help id={`${id}-help`}>{help}</Help>}
    </div>
  );
}

/** Several lines. */
export function Lines({ label, value, onText, help, mono = false, rows = 3 }: { label: string; value: string; onText: (text: string) => void; help?: string; mono?: boolean; rows?: number }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="flex min-h-[22px] items-center text-ink-2">
        {label}
      </label>
      <textarea id={id} value={value} rows={rows} spellCheck={false} aria-describedby={help === undefined ? undefined : `${id}-help`} onChange={(event) => onText(event.target.value)} className={cx(BOX, "block resize-y py-1 leading-snug", mono && "font-mono text-[12px]")} />
      {help !== undefined && <Help id={`${id}-help`}>{help}</Help>}
    </div>
  );
}

/** A signing secret or a password: typed, made, kept where it is, or forgotten. What is kept is never shown. */
export function SecretField({ api }: { api: ActionApi }) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const { draft, kept } = api;
  const what = draft.action.kind === "command" ? null : draft.action.kind;
  if (what === null) return null;
  const value = draft.secret ?? "";
  const forgets = draft.secret === "" && kept !== null;
  const held = value === "" && !forgets ? kept : null;
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="flex min-h-[22px] items-center text-ink-2">
        {t(`outgoing.secretName.${what}`)}
      </label>
      <div className="flex items-center gap-2">
        <div className="relative min-w-0 flex-1">
          <input
            id={id}
            type={shown ? "text" : "password"}
            value={value}
            spellCheck={false}
            autoComplete="new-password"
            aria-describedby={`${id}-help`}
            onChange={(event) => api.set({ secret: event.target.value === "" ? undefined : event.target.value })}
            className={cx(BOX, "h-[30px] pr-9 font-mono text-[12px]")}
          />
          <IconButton label={shown ? t("outgoing.secretHide") : t("outgoing.secretShow")} pressed={shown} onClick={() => setShown(!shown)} className="absolute top-px right-px">
            {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </div>
        {what === "webhook" && (
          <Button
            icon={<RefreshCw aria-hidden />}
            onClick={() => {
              const secret = freshSecret();
              setMade(secret);
              setShown(true);
              api.set({ secret });
            }}
          >
            {t("outgoing.generate")}
          </Button>
        )}
        {held !== null && <Button onClick={() => api.set({ secret: "" })}>{t("outgoing.secretForget")}</Button>}
      </div>
      <Help id={`${id}-help`} className={cx(held === "moved" || forgets || (made !== null && made === value) ? "!text-warn" : undefined)}>
        {made !== null && made === value ? t("outgoing.generated") : forgets ? t("outgoing.secretForgotten") : held !== null ? t(`outgoing.secretKept.${held}`) : t(`outgoing.secretHelp.${what}`)}
      </Help>
    </div>
  );
}
