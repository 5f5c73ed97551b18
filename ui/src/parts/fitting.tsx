// A figure at a glance, in the longest form that its place holds. The exact one stays in the title.

import { useLayoutEffect, useRef, useState } from "react";
import type { MoneySum } from "@/bindings/MoneySum";
import { ordered, useFormat } from "@/format";
import { weight } from "./columns";

/** A bold figure is so wide, of its font's size. */
const FIGURE = 0.64;

/** The first of `forms`, the exact one first, that has room; the last one in any case. */
export function Fitting({ forms, title = forms[0] }: { forms: readonly string[]; title?: string | undefined }) {
  const box = useRef<HTMLSpanElement>(null);
  const [figures, setFigures] = useState(Infinity);
  // It is looked at when its size changes, not when what is in it does.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => element.clientWidth > 0 && setFigures(element.clientWidth / (FIGURE * (Number.parseFloat(getComputedStyle(element).fontSize) || 23)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <span ref={box} title={title} className="min-w-0 flex-1">
      {forms.find((text) => weight(text) <= figures) ?? forms.at(-1)}
    </span>
  );
}

/** The sum of most records: exact, without decimals, or in four figures; in the title those of other currencies too. */
export function MainSum({ sums }: { sums: readonly MoneySum[] }) {
  const format = useFormat();
  const all = ordered(sums);
  const { amount, currency } = all[0] ?? { amount: "0", currency: null };
  const title = all.map((sum) => format.money(sum.amount, sum.currency)).join("\n");
  return <Fitting forms={[format.money(amount, currency), format.moneyShort(amount, currency), format.moneyCompact(amount, currency)]} title={title} />;
}
