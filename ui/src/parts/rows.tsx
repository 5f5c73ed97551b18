// The table of the house: virtual rows of one fixed height, columns as data, the keyboard, one selected row.
//
//   <VirtualRows label={…} rows={rows} rowKey={(row) => row.order_id} columns={columns} onOpen={open} primary />
//
// `primary` gives j, k and Enter to this list wherever the focus is. Rows that come in at the top while the user has scrolled away do not move what
// is on screen. A row that is not a record (a gap, a counter) is drawn over the full width by `special`. `menu` is for the right button, and for Shift+F10
// on the selected row.

import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useFormat } from "@/format";
import { useKeys } from "@/keys";
import { type Column, fitted, isExact } from "./columns";
import { cx } from "./cx";
import { ContextMenu, type MenuItem } from "./overlay";
import { useWidest, useWidths } from "./sizers";

export interface VirtualRowsProps<T> {
  label: string;
  rows: readonly T[];
  rowKey: (row: T) => string;
  columns: readonly Column<T>[];
  rowHeight?: number;
  /** The header can be left out for compact lists. */
  header?: boolean;
  selected?: string | null;
  onSelect?: (row: T) => void;
  /** Enter or a click. */
  onOpen?: (row: T) => void;
  /** A click with Shift, which means all since the last one, or with Ctrl. */
  onMark?: (row: T, range: boolean) => void;
  /** Ctrl+A. */
  onMarkAll?: () => void;
  rowClass?: (row: T) => string | false | undefined;
  /** Content over the full width, for what is not a record. */
  special?: (row: T) => ReactNode | null;
  /** What can be done with a row, the column under the pointer first; none: it has no menu. */
  menu?: (row: T, column: string | null) => readonly MenuItem[];
  /** Whether a row over the full width can be selected and opened all the same. */
  opens?: (row: T) => boolean;
  primary?: boolean;
  /** Stay at the end while rows come in there (newest last). */
  stickToEnd?: boolean;
  /** The user moved towards (`true`) or away from the live edge. */
  onEdge?: (atEdge: boolean) => void;
  /** Close to the far end: fetch more. */
  onNearEnd?: () => void;
  /** Above the first or below the last row, at the old end of the list. */
  foot?: ReactNode;
  empty?: ReactNode;
  wrap?: boolean;
  /** The rows answer another question than the one that is asked now: they are dimmed, and said to be busy. */
  stale?: boolean;
  className?: string;
}

const NEAR = 12;

export function VirtualRows<T>(props: VirtualRowsProps<T>) {
  const { label, rows, rowKey, columns, rowHeight = 28, header = true, onSelect, onOpen, onMark, onMarkAll, rowClass, special, opens, menu, primary = false, stickToEnd = false, onEdge, onNearEnd, foot, empty, wrap = false, stale = false, className } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<{ at: { x: number; y: number }; items: readonly MenuItem[] } | null>(null);
  const [width, setWidth] = useState(10_000);
  const [own, setOwn] = useState<string | null>(null);
  const selected = props.selected === undefined ? own : props.selected;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => element.clientWidth > 0 && setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const index = selected === null ? -1 : rows.findIndex((row) => rowKey(row) === selected);
  // The selected row is always there, wherever it has been pushed to: assistive technology is told its id.
  const rangeExtractor = useCallback((range: Range) => withIndex(defaultRangeExtractor(range), index), [index]);
  const virtualizer = useVirtualizer({
    rangeExtractor,
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
    // Places are the keys here: all rows are equally high, and thousands of keys need not be read anew each frame.
    initialRect: { width: 1_000, height: 600 },
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const items = virtualizer.getVirtualItems();
  const widest = useWidest(columns, items.flatMap((item) => rows[item.index] ?? []), useFormat().lang);
  const { widths, sizers } = useWidths(columns, widest);
  const { shown, template, over } = useMemo(() => fitted(columns, widest, widths, width), [columns, widest, widths, width]);

  // Keep what is on screen in place while rows come in before it; stay at the live edge when the user is there.
  const anchor = useRef<{ key: string; index: number; rest: number } | null>(null);
  const atEdge = useRef(true);
  const programmatic = useRef(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (stickToEnd && atEdge.current) {
      programmatic.current = true;
      element.scrollTop = element.scrollHeight;
      return;
    }
    const kept = anchor.current;
    if (kept === null || (!stickToEnd && atEdge.current)) return;
    const index = findNear(rows, rowKey, kept.key, kept.index);
    if (index === -1 || index === kept.index) return;
    programmatic.current = true;
    element.scrollTop = index * rowHeight + kept.rest;
    anchor.current = { ...kept, index };
  }, [rows, rowKey, rowHeight, stickToEnd]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const index = Math.floor(element.scrollTop / rowHeight);
    const row = rows[index];
    anchor.current = row === undefined ? null : { key: rowKey(row), index, rest: element.scrollTop - index * rowHeight };
    const fromStart = element.scrollTop;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    const edge = (stickToEnd ? fromEnd : fromStart) < rowHeight;
    if (edge !== atEdge.current) {
      atEdge.current = edge;
      if (!programmatic.current || edge) onEdge?.(edge);
    }
    programmatic.current = false;
    if ((stickToEnd ? fromStart : fromEnd) < NEAR * rowHeight) onNearEnd?.();
  }, [rows, rowKey, rowHeight, stickToEnd, onEdge, onNearEnd]);

  // A list shorter than its window can never be scrolled to its end.
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && rows.length > 0 && element.clientHeight > 0 && rows.length * rowHeight < element.clientHeight) onNearEnd?.();
  }, [rows.length, rowHeight, onNearEnd]);

  const select = (row: T) => {
    setOwn(rowKey(row));
    onSelect?.(row);
  };
  const passed = (row: T) => opens?.(row) !== true && special !== undefined && special(row) !== null;
  const move = (by: number) => {
    const direction = by < 0 ? -1 : 1;
    let next = index === -1 ? (by > 0 ? Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight) : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, index + by));
    for (let row = rows[next]; row !== undefined && passed(row); row = rows[next]) next += direction;
    const row = rows[next];
    if (row === undefined) return;
    select(row);
    virtualizer.scrollToIndex(next, { align: "auto" });
  };
  const page = () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
  const open = () => {
    const row = rows[index];
    if (row === undefined) return false;
    onOpen?.(row);
    return true;
  };
  /** The row's menu; false where it has none. */
  const openMenu = (row: T | undefined, column: string | null, at: { x: number; y: number } | undefined) => {
    const items = row === undefined ? [] : (menu?.(row, column) ?? []);
    if (row === undefined || at === undefined || items.length === 0) return false;
    select(row);
    setOpened({ at, items });
    return true;
  };
  const menuOfSelected = () => {
    const box = document.getElementById(`${id}-${selected}`)?.getBoundingClientRect();
    return openMenu(rows[index], null, box === undefined ? undefined : { x: box.left + 24, y: box.bottom });
  };
  const onContextMenu = (event: React.MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLElement>("[role=row][data-at]");
    const at = { x: event.clientX, y: event.clientY };
    // Without a row under it, it came from the keyboard.
    const done = row == null ? target === grid.current && menuOfSelected() : openMenu(rows[Number(row.dataset.at)], target?.closest<HTMLElement>("[data-column]")?.dataset.column ?? null, at);
    if (done) event.preventDefault();
  };
  const menuKey = (event: { readonly shiftKey: boolean }) => event.shiftKey && menuOfSelected();
  useKeys({ F10: menuKey, ContextMenu: menuOfSelected }, primary && menu !== undefined);
  const press = (row: T, event: React.MouseEvent) => {
    const held = event.shiftKey || event.ctrlKey || event.metaKey;
    select(row);
    if (held && onMark !== undefined) onMark(row, event.shiftKey);
    else onOpen?.(row);
  };
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: open }, primary);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const moves: Record<string, () => unknown> = {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(page()),
      PageUp: () => move(-page()),
      Home: () => move(-rows.length),
      End: () => move(rows.length),
      Enter: open,
      ContextMenu: menuOfSelected,
      ...(event.shiftKey && { F10: menuOfSelected }),
    };
    if (onMarkAll !== undefined && (event.ctrlKey || event.metaKey) && event.key === "a" && event.target === event.currentTarget) {
      event.preventDefault();
      event.stopPropagation();
      onMarkAll();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const action = moves[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  return (
    // What the columns need never makes the list wider: it is the list's width that says which there are.
    <div className={cx("flex min-h-0 flex-1 flex-col [contain:inline-size]", stale && "opacity-50", className)}>
      <div ref={scroller} onScroll={onScroll} className={cx(over === null ? "overflow-x-hidden" : "overflow-x-auto", "relative min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] outline-accent has-[>[role=grid]:focus-visible]:outline-2 has-[>[role=grid]:focus-visible]:-outline-offset-2")}>
        {sizers}
        {stickToEnd && foot}
        <div
          ref={grid}
          role={header || rows.length > 0 ? "grid" : undefined}
          aria-label={label}
          aria-busy={stale || undefined}
          aria-rowcount={rows.length}
          aria-activedescendant={index === -1 ? undefined : `${id}-${selected}`}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onContextMenu={menu === undefined ? undefined : onContextMenu}
          className="outline-none"
          style={over === null ? undefined : { minWidth: over }}
        >
          {header && (
            <div role="row" className="sticky top-0 z-10 grid h-7 items-center border-b border-line bg-surface text-[12px] text-ink-3" style={{ gridTemplateColumns: template }}>
              {shown.map((column) => (
                <span key={column.id} role="columnheader" data-exact={isExact(column) ? column.id : undefined} className={cx("truncate px-2 first:pl-4 last:pr-4", column.align === "end" && "text-right")}>
                  {column.header}
                </span>
              ))}
            </div>
          )}
          <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              const key = rowKey(row);
              const full = special?.(row) ?? null;
              const on = key === selected;
              const chosen = full === null || opens?.(row) === true;
              return (
                <div
                  key={key}
                  id={`${id}-${key}`}
                  role="row"
                  aria-rowindex={item.index + 1}
                  data-at={item.index}
                  aria-selected={on}
                  onClick={chosen ? (event) => press(row, event) : undefined}
                  // Shift would mark the text in between as well.
                  onMouseDown={(event) => event.shiftKey && onMark !== undefined && event.preventDefault()}
                  className={cx(
                    "absolute inset-x-0 top-0 grid items-center border-b border-line/55 [contain:layout_style]",
                    rowClass?.(row) || undefined,
                    on ? "!bg-accent-soft" : full === null && onOpen !== undefined && "hover:bg-raised",
                  )}
                  style={{ transform: `translateY(${item.start}px)`, height: rowHeight, gridTemplateColumns: full === null ? template : "1fr" }}
                >
                  {full === null ? (
                    <Cells row={row} above={rows[item.index - 1]} columns={shown} wrap={wrap} />
                  ) : (
                    <span role="gridcell" className={cx("h-full min-w-0 truncate", on && "outline-2 -outline-offset-2 outline-accent")}>
                      {full}
                    </span>
                  )}
                </div>
              );
            })}
          </div>
        </div>
        {!stickToEnd && foot}
        {rows.length === 0 && empty}
      </div>
      {opened !== null && <ContextMenu at={opened.at} label={label} items={opened.items} back={grid} onClose={() => setOpened(null)} />}
    </div>
  );
}

interface CellsProps<T> {
  role?: "cell" | "gridcell";
  row: T;
  above: T | undefined;
  columns: readonly Column<T>[];
  wrap: boolean;
}

/** What is in a row. Rows that only move are not made anew. */
export const Cells = memo(function Cells<T>({ role = "gridcell", row, above, columns, wrap }: CellsProps<T>) {
  return columns.map((column) => (
    <span
      key={column.id}
      role={role}
      data-column={column.id}
      data-exact={isExact(column) ? column.id : undefined}
      className={cx("min-w-0 px-2 first:pl-4 last:pr-4", isExact(column) ? "num overflow-hidden whitespace-nowrap" : wrap ? "line-clamp-2 leading-[18px] break-words" : "truncate", column.align === "end" && "text-right", column.className)}
    >
      {column.cell(row, above)}
    </span>
  ));
}) as <T>(props: CellsProps<T>) => ReactNode;

/** `range`, which ascends, with `index` at its place; -1 is none. Pure. */
export function withIndex(range: number[], index: number): number[] {
  const first = range[0] ?? Infinity;
  if (index === -1 || range.includes(index)) return range;
  return index < first ? [index, ...range] : [...range, index];
}

/** Where `key` is now, looking outward from where it was. Pure. */
export function findNear<T>(rows: readonly T[], rowKey: (row: T) => string, key: string, from: number): number {
  const at = (index: number) => {
    const row = rows[index];
    return row !== undefined && rowKey(row) === key;
  };
  for (let away = 0; away < rows.length; away += 1) {
    if (at(from + away)) return from + away;
    if (away > 0 && at(from - away)) return from - away;
  }
  return -1;
}
