// What opens above the page: dialog, menu, popover, tooltip. Radix gives focus, Escape and roles; here is how they look.

import { Dialog as RadixDialog, DropdownMenu, Popover as RadixPopover, Tooltip as RadixTooltip } from "radix-ui";
import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { cx } from "./cx";

const FLOATING = "fade-in z-50 rounded-md border border-line-strong bg-panel text-ink";

/** `tall` is for much to fill in: it takes most of the window's height. */
export function Dialog({ open, onClose, title, children, footer, width = 440, tall = false }: { open: boolean; onClose: () => void; title: string; children: ReactNode; footer?: ReactNode; width?: number; tall?: boolean }) {
  const { t } = useTranslation();
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fade-in fixed inset-0 z-40 bg-shade" />
        <RadixDialog.Content
          aria-describedby={undefined}
          className={cx(FLOATING, "fixed left-1/2 flex max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col", tall ? "top-[6vh] max-h-[88vh]" : "top-[14vh] max-h-[76vh]")}
          style={{ width }}
        >
          <div className="flex h-11 flex-none items-center border-b border-line pr-2 pl-4">
            <RadixDialog.Title className="truncate">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label={t("common.close")} className="ml-auto">
                <X aria-hidden />
              </IconButton>
            </RadixDialog.Close>
          </div>
          <div className="min-h-0 overflow-auto p-4">{children}</div>
          {footer !== undefined && <div className="flex flex-none justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

export interface MenuItem {
  readonly id: string;
  readonly label: ReactNode;
  readonly icon?: ReactNode;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  /** Keeps the menu open (for several ticks in a row). */
  readonly stay?: boolean;
  readonly onSelect: () => void;
}

export function Menu({ trigger, label, items, align = "start" }: { trigger: ReactNode; label?: string; items: readonly MenuItem[]; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={4} className={cx(FLOATING, "min-w-[168px] p-1")}>
          <MenuBody label={label} items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A menu at a place of the window, open as long as it is there. `back` has the focus afterwards. */
export function ContextMenu({ at, label, items, back, onClose }: { at: { readonly x: number; readonly y: number }; label: string; items: readonly MenuItem[]; back: React.RefObject<HTMLElement | null>; onClose: () => void }) {
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span aria-hidden className="fixed size-0" style={{ left: at.x, top: at.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          aria-label={label}
          onContextMenu={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            back.current?.focus({ preventScroll: true });
          }}
          className={cx(FLOATING, "max-w-[360px] min-w-[168px] p-1")}
        >
          <MenuBody items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function MenuBody({ label, items }: { label?: string; items: readonly MenuItem[] }) {
  return (
    <>
      {label !== undefined && <DropdownMenu.Label className="px-2 py-1 text-[11px] text-ink-3">{label}</DropdownMenu.Label>}
      {items.map((item) => {
        const className = "flex h-7 items-center gap-2 rounded px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-raised [&_svg]:size-3.5 [&_svg]:flex-none";
        const onSelect = (event: Event) => {
          if (item.stay) event.preventDefault();
          item.onSelect();
        };
        return item.checked === undefined ? (
          <DropdownMenu.Item key={item.id} disabled={item.disabled} onSelect={onSelect} className={className}>
            {item.icon}
            <span className="truncate">{item.label}</span>
          </DropdownMenu.Item>
        ) : (
          <DropdownMenu.CheckboxItem key={item.id} checked={item.checked} disabled={item.disabled} onSelect={onSelect} className={className}>
            <span className="grid size-3.5 place-items-center">{item.checked && <Check aria-hidden className="text-accent" />}</span>
            <span className="truncate">{item.label}</span>
          </DropdownMenu.CheckboxItem>
        );
      })}
    </>
  );
}

export function Popover({ trigger, children, label, align = "start", width = 380 }: { trigger: ReactNode; children: ReactNode; label: string; align?: "start" | "end"; width?: number }) {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content aria-label={label} align={align} sideOffset={6} className={cx(FLOATING, "max-w-[calc(100vw-16px)]")} style={{ width }}>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

/** Around a button that leads elsewhere: `<PopoverClose asChild>`. */
export const PopoverClose = RadixPopover.Close;

export function Tooltip({ text, side = "bottom", children }: { text: ReactNode; side?: "top" | "right" | "bottom" | "left"; children: ReactNode }) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content side={side} sideOffset={6} className={cx(FLOATING, "max-w-[320px] px-2 py-1 text-[12px]")}>
          {text}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <RadixTooltip.Provider delayDuration={350} skipDelayDuration={200}>
      {children}
    </RadixTooltip.Provider>
  );
}
