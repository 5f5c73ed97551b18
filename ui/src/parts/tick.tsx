import { Check, Minus } from "lucide-react";
import { cx } from "./cx";

/** A tick box in a row, drawn by us: the web view's own is a white square on dark. It keeps Space; every other key is the list's. It says whether Shift was held. */
export function Tick({ label, checked, mixed = false, onChange }: { label: string; checked: boolean; mixed?: boolean; onChange: (shift: boolean) => void }) {
  const on = checked || mixed;
  return (
    <span className="relative grid size-3.5 place-items-center">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        ref={(element) => {
          if (element !== null) element.indeterminate = mixed;
        }}
        onClick={(event) => event.stopPropagation()}
        onChange={({ nativeEvent }) => onChange(nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)}
        className={cx("absolute inset-0 m-0 size-3.5 appearance-none rounded-[3px] border", on ? "border-accent bg-accent" : "border-ink-3 bg-panel")}
      />
      {mixed ? <Minus aria-hidden className="pointer-events-none relative size-3 text-accent-ink" strokeWidth={3} /> : checked && <Check aria-hidden className="pointer-events-none relative size-3 text-accent-ink" strokeWidth={3} />}
    </span>
  );
}
