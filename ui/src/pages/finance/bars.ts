// The shape of a bar chart: money in above the line, money out below it. Amounts become binary numbers here, for heights only. Pure.

export interface Series {
  readonly id: "received" | "paidOut" | "refunded";
  readonly down: boolean;
}

export interface Column {
  readonly key: string;
  /** Exact amounts, one per series. */
  readonly amounts: readonly string[];
}

export interface Bar {
  readonly column: number;
  readonly series: number;
  /** In parts of the height, from the top. */
  readonly y: number;
  readonly height: number;
}

export interface Chart {
  /** Where the line of zero is, in parts of the height. */
  readonly zero: number;
  readonly bars: readonly Bar[];
  /** Columns' largest amount upwards, and its index; null when there is none. */
  readonly most: { readonly column: number; readonly amount: string } | null;
}

function height(amount: string | undefined): number {
  const value = Math.abs(Number(amount ?? 0));
  return Number.isFinite(value) ? value : 0;
}

/** Series that go down are stacked below the line, others stand on it. Both directions have one scale, so that they can be compared. */
export function chart(columns: readonly Column[], series: readonly Series[], room = 0.04): Chart {
  const sums = columns.map((column) => ({
    up: series.reduce((sum, each, j) => (each.down ? sum : sum + height(column.amounts[j])), 0),
    down: series.reduce((sum, each, j) => (each.down ? sum + height(column.amounts[j]) : sum), 0),
  }));
  const up = Math.max(0, ...sums.map((sum) => sum.up));
  const down = Math.max(0, ...sums.map((sum) => sum.down));
  const whole = up + down;
  if (whole === 0) return { zero: 1, bars: [], most: null };
  const scale = (1 - room) / whole;
  const zero = room + up * scale;
  const bars = columns.flatMap((column, i) => {
    let top = zero;
    let bottom = zero;
    return series.flatMap((each, j) => {
      const size = height(column.amounts[j]) * scale;
      if (size === 0) return [];
      if (each.down) {
        bottom += size;
        return [{ column: i, series: j, y: bottom - size, height: size }];
      }
      top -= size;
      return [{ column: i, series: j, y: top, height: size }];
    });
  });
  const best = sums.reduce((found, sum, i) => (sum.up > (sums[found]?.up ?? -1) ? i : found), 0);
  const first = series.findIndex((each) => !each.down);
  const amount = columns[best]?.amounts[first];
  return { zero, bars, most: amount === undefined ? null : { column: best, amount } };
}
