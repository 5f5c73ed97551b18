// Where a token or a session cookie is pasted. It says what to paste, what it found in what was pasted, until when that is good, and where it is kept.

import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import type { SecretPlace } from "@/bindings/SecretPlace";
import { isKnown } from "@/dialects";
import { useClock, useFormat, useToday } from "@/format";
import { cx, IconButton } from "@/parts";
import { Help, INPUT, Label } from "./field";
import { useTokenLabel } from "./names";
import type { Problem } from "./problems";
import { expiryOf, readSecret } from "./secret";

export function TokenField({
  id,
  dialect,
  value,
  onChange,
  kept,
  replacing = false,
  problem,
  autoFocus,
}: {
  id: string;
  dialect: DialectName;
  value: string;
  onChange: (text: string) => void;
  kept: SecretPlace | "moved";
  /** The one that is kept is no longer wanted. */
  replacing?: boolean;
  problem?: Problem;
  autoFocus?: boolean;
}) {
  const { t } = useTranslation();
  const label = useTokenLabel();
  const [shown, setShown] = useState(false);
  return (
    <div className="min-w-0">
      <Label htmlFor={id} id={`${id}-wrong`} problem={problem}>
        {label(dialect)}
      </Label>
      <div className="relative">
        <input
          id={id}
          type={shown ? "text" : "password"}
          value={value}
          autoFocus={autoFocus}
          spellCheck={false}
          autoComplete="new-password"
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-wrong ${id}-hint ${id}-found`}
          onChange={(event) => onChange(event.target.value)}
          className={cx(INPUT, "pr-9 font-mono text-[12px]", problem === undefined ? "border-line-strong" : "border-crit")}
        />
        <IconButton label={shown ? t("sources.form.hide") : t("sources.form.show")} pressed={shown} onClick={() => setShown(!shown)} className="absolute top-px right-px">
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </IconButton>
      </div>
      <Help id={`${id}-hint`}>{t(`sources.dialect.${isKnown(dialect) ? dialect : "auto"}.hint`)}</Help>
      <Found id={`${id}-found`} text={value} kept={kept} replacing={replacing} />
    </div>
  );
}

/** One line: what was found in the pasted text, else where the token is kept. */
function Found({ id, text, kept, replacing }: { id: string; text: string; kept: SecretPlace | "moved"; replacing: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const secret = readSecret(text);
  const end = expiryOf(secret.bare);
  const over = useClock((now) => end !== null && end <= now);
  const parts = [
    secret.found === "cookie" || secret.found === "bearer" ? t(`sources.form.found.${secret.found}`, { count: secret.bare.length }) : null,
    end === null ? null : t(over ? "sources.form.expired" : "sources.form.expires", { time: format.dateTime(end, today) }),
  ].filter((part) => part !== null);
  const told = parts.length > 0;
  return (
    <Help id={id} className={cx("num", told && (over ? "!text-warn" : "!text-ink-2"), !told && kept === "moved" && "!text-warn")}>
      {told ? parts.join(" ") : kept === "moved" || !replacing ? t(`sources.form.keep.${kept}`) : t(`sources.form.replaces.${kept}`)}
    </Help>
  );
}
