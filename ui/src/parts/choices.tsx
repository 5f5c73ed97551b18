import { cx } from "./cx";

/** A few choices side by side; a radio group. `id` is the control that is chosen. */
export function Choices<T extends string>({ label, value, options, onChange, id }: { label: string; value: T; options: readonly { id: T; label: string }[]; onChange: (id: T) => void; id?: string }) {
  return (
    <div role="radiogroup" aria-label={label} className="flex rounded-md border border-line-strong p-px">
      {options.map((option) => (
        <label key={option.id} className={cx("flex h-6 items-center rounded-[4px] px-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent", option.id === value ? "bg-accent-soft font-[540] text-ink" : "text-ink-2 hover:bg-raised")}>
          <input type="radio" id={option.id === value ? id : undefined} className="sr-only" name={id ?? label} checked={option.id === value} onChange={() => onChange(option.id)} />
          {option.label}
        </label>
      ))}
    </div>
  );
}
