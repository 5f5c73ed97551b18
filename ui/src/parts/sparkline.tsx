// A line of values without axes: the shape only. Own SVG: a chart library for a polyline would be a library for nothing.

import { memo } from "react";

const W = 84;
const H = 24;

/** Points of the line inside a 84 × 24 box; a flat line lies at the bottom when it is zero, in the middle when it is not. Pure. */
export function sparkPoints(values: readonly number[]): string {
  if (values.length === 0) return "";
  const least = Math.min(...values);
  const most = Math.max(...values);
  const y = (value: number) => (most === least ? (most === 0 ? H - 1.5 : H / 2) : H - 1.5 - ((value - least) / (most - least)) * (H - 3));
  const last = values.length - 1;
  if (last === 0) return `0,${y(values[0] ?? 0).toFixed(1)} ${W},${y(values[0] ?? 0).toFixed(1)}`;
  return values.map((value, i) => `${((i * W) / last).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}

interface Props {
  values: readonly number[];
  colour: string;
  className?: string;
}

/** Whether both draw the same line. Pure. */
export function sameLine(before: Props, after: Props): boolean {
  return before.colour === after.colour && before.className === after.className && before.values.length === after.values.length && before.values.every((value, i) => value === after.values[i]);
}

/** Each answer of the core brings the values anew; the line is drawn anew when one of them is another. */
export const Sparkline = memo(function Sparkline({ values, colour, className }: Props) {
  return (
    <svg aria-hidden viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" className={className ?? "h-[18px] w-[76px]"}>
      <polyline fill="none" stroke={colour} strokeWidth={1.4} strokeLinejoin="round" vectorEffect="non-scaling-stroke" points={sparkPoints(values)} />
    </svg>
  );
}, sameLine);
