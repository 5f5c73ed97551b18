import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

type Look = "plain" | "primary" | "danger" | "ghost";

const LOOKS: Record<Look, string> = {
  plain: "border-line-strong text-ink hover:bg-raised",
  primary: "border-accent bg-accent text-accent-ink hover:brightness-110",
  danger: "border-crit text-crit hover:bg-crit-soft",
  ghost: "border-transparent text-ink-2 hover:bg-raised hover:text-ink",
};

/** How a button looks, for a link that is one. */
export function buttonClass(look: Look, className?: string): string {
  return cx("inline-flex h-[26px] flex-none items-center gap-1.5 whitespace-nowrap rounded-md border px-2.5 font-[520] disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-3.5", LOOKS[look], className);
}

/** 26 px high, words first; `kbd` shows the key that does the same. */
export function Button({ look = "plain", kbd, icon, className, children, ...rest }: ComponentProps<"button"> & { look?: Look; kbd?: string; icon?: ReactNode }) {
  return (
    <button
      type="button"
      className={buttonClass(look, className)}
      {...rest}
    >
      {icon}
      {children}
      {kbd !== undefined && (
        <kbd aria-hidden className="font-mono text-[11px] opacity-75">
          {kbd}
        </kbd>
      )}
    </button>
  );
}

/** A square button with an icon; its name is spoken and shown as a tooltip by its parent. */
export function IconButton({ label, pressed, className, children, ...rest }: ComponentProps<"button"> & { label: string; pressed?: boolean }) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      className={cx(
        "inline-grid size-7 flex-none place-items-center rounded-md text-ink-2 hover:bg-raised hover:text-ink disabled:opacity-40 [&_svg]:size-4",
        pressed && "bg-raised text-ink",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="inline-grid h-[18px] min-w-[18px] place-items-center rounded border border-line-strong px-1 font-mono text-[11px] text-ink-2">{children}</kbd>;
}
