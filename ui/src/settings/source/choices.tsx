// The two choices of the form that are more than words: the kind of server, each with what it can do, and the colour.

import { useTranslation } from "react-i18next";
import type { DialectName } from "@/bindings/DialectName";
import type { SourceColour } from "@/bindings/SourceColour";
import { DIALECT_NAMES, isKnown } from "@/dialects";
import { cx, SOURCE_COLOURS, sourceColour } from "@/parts";

export function DialectChoice({ id, value, onChange }: { id: string; value: DialectName; onChange: (dialect: DialectName) => void }) {
  const { t } = useTranslation();
  // One that only a newer version knows stays chosen until another is.
  const names = isKnown(value) ? DIALECT_NAMES : [...DIALECT_NAMES, value];
  const title = (dialect: DialectName) => (isKnown(dialect) ? t(`sources.dialect.${dialect}.title`) : dialect);
  return (
    <fieldset>
      <legend className="mb-1 text-ink-2">{t("sources.form.dialect")}</legend>
      <div className="divide-y divide-line overflow-hidden rounded-md border border-line-strong">
        {names.map((dialect) => {
          const on = dialect === value;
          return (
            <label key={dialect} className={cx("flex items-baseline gap-2 px-2.5 py-[5px] has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent", on ? "bg-accent-soft" : "hover:bg-raised")}>
              {/* Arrow keys move through the group from the one that is chosen. */}
              <input type="radio" id={on ? id : undefined} name={id} checked={on} onChange={() => onChange(dialect)} aria-describedby={`${id}-${dialect}`} aria-label={title(dialect)} className={cx("m-0 size-3.5 flex-none translate-y-[2px] appearance-none rounded-full outline-none", on ? "border-[4px] border-accent bg-accent-ink" : "border border-ink-3 bg-panel")} />
              <span className={cx("w-[148px] flex-none", on && "font-[540]")}>{title(dialect)}</span>
              <span id={`${id}-${dialect}`} className="min-w-0 text-[12px] leading-snug text-ink-2">
                {isKnown(dialect) ? t(`sources.dialect.${dialect}.help`) : t("sources.kindNewerHelp")}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

export function ColourChoice({ id, value, onChange }: { id: string; value: SourceColour; onChange: (colour: SourceColour) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="flex h-[22px] items-center text-ink-2">{t("sources.form.colour")}</legend>
      <div className="flex h-[30px] items-center gap-1">
        {SOURCE_COLOURS.map((colour) => {
          const name = t(`sources.colour.${colour}`);
          return (
            <label key={colour} title={name} className={cx("grid size-7 place-items-center rounded-md border has-focus-visible:outline-2 has-focus-visible:outline-accent", colour === value ? "border-ink-2 bg-raised" : "border-transparent hover:bg-raised")}>
              <input type="radio" id={colour === value ? id : undefined} name={id} checked={colour === value} onChange={() => onChange(colour)} aria-label={name} className="sr-only" />
              <i aria-hidden className="tint size-3 rotate-45 rounded-[2px]" style={{ background: sourceColour(colour) }} />
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
