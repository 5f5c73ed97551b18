import { Switch as RadixSwitch } from "radix-ui";
import { cx } from "./cx";

/** On or off, at once. The word beside it is its label; `on`/`off` is said by its role. */
export function Switch({ label, checked, onChange, disabled, className }: { label: string; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean; className?: string }) {
  return (
    <RadixSwitch.Root
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      className={cx("inline-flex h-4 w-7 flex-none items-center rounded-full border px-px disabled:opacity-50", checked ? "border-accent bg-accent" : "border-line-strong bg-raised", className)}
    >
      <RadixSwitch.Thumb className={cx("tint block size-3 rounded-full transition-transform duration-100", checked ? "translate-x-3 bg-accent-ink" : "bg-ink-3")} />
    </RadixSwitch.Root>
  );
}
