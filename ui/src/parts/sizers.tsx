// The widest texts of a list's columns, laid out where nobody sees them, so that the browser says how wide they are: in its own font, with its own figures.
// They are measured when they change and when the font does, not with every paint.

import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { type Column, type Widest, type Widths, widened } from "./columns";

const NONE: Widest = {};

/** The widest texts that `rows`, those on screen, and those before them hold. */
export function useWidest<T>(columns: readonly Column<T>[], rows: readonly T[], lang: string): Widest {
  const [kept, keep] = useState({ lang, widest: NONE });
  const before = kept.lang === lang ? kept.widest : NONE;
  const widest = widened(before, columns, rows);
  if (widest !== kept.widest || kept.lang !== lang) keep({ lang, widest });
  return widest;
}

/** How wide they are, and the element that they are measured in. */
export function useWidths<T>(columns: readonly Column<T>[], widest: Widest): { widths: Widths; sizers: ReactNode } {
  const box = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState<Widths>({});
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      const all = [...element.querySelectorAll<HTMLElement>("[data-sizes]")].map((each) => [each.dataset.sizes ?? "", each.getBoundingClientRect().width] as const);
      setWidths((before) => (all.length === Object.keys(before).length && all.every(([id, px]) => before[id] === px) ? before : Object.fromEntries(all)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    for (const each of element.querySelectorAll("[data-sizes]")) observer.observe(each);
    return () => observer.disconnect();
  }, [widest]);
  const sizers = (
    <div ref={box} aria-hidden className="invisible absolute size-0 overflow-hidden">
      {columns.map(({ id, holds, header, className }) =>
        holds === undefined ? null : (
          <i key={id} data-sizes={id} data-texts={widest[id] ?? ""} data-head={typeof header === "string" ? header : ""} className={`sizer absolute ${/font-mono\S*|text-\[\d+px\]/.exec(className ?? "")?.[0] ?? ""}`} />
        ),
      )}
    </div>
  );
  return { widths, sizers };
}
