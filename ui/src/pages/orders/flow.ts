// The flow of orders as a picture: per type the states in the order in which orders pass them, and apart from them the ways out (cancelled …). Pure.

import type { OrderRow } from "@/bindings/OrderRow";
import type { OrderStateCount } from "@/bindings/OrderStateCount";
import { WAYS_OUT } from "@/text/statuses";

const TYPES = ["sales", "purchase", "return"];

export interface Lane {
  /** Whose orders. */
  readonly source: string;
  readonly type: string;
  /** From the first state to the goal. */
  readonly path: readonly OrderStateCount[];
  readonly out: readonly OrderStateCount[];
  /** Orders on their way. */
  readonly open: number;
  readonly stuck: number;
  /** The largest count of a state on the way, for the bars. */
  readonly most: number;
}

export function lanes(states: readonly OrderStateCount[]): Lane[] {
  const kinds = new Map(states.map((state) => [`${state.source}\u0000${state.order_type}`, { source: state.source, type: state.order_type }]));
  // By type first: the same flow of two ERPs stands one below the other.
  const sorted = [...kinds.values()].sort((a, b) => rank(a.type) - rank(b.type));
  return sorted.map(({ source, type }) => {
    const all = states.filter((state) => state.source === source && state.order_type === type);
    const out = all.filter((state) => state.terminal && WAYS_OUT.has(state.status));
    const rest = all.filter((state) => !out.includes(state));
    const path = [...rest.filter((state) => !state.terminal), ...rest.filter((state) => state.terminal)];
    const going = path.filter((state) => !state.terminal);
    return {
      source,
      type,
      path,
      out,
      open: going.reduce((sum, state) => sum + state.count, 0),
      stuck: going.reduce((sum, state) => sum + state.stuck, 0),
      most: Math.max(1, ...going.map((state) => state.count)),
    };
  });
}

function rank(type: string): number {
  const at = TYPES.indexOf(type);
  return at === -1 ? TYPES.length : at;
}

export interface Step {
  /** Left edge and width, 0 to 1. */
  readonly x: number;
  readonly width: number;
  readonly status: string;
  readonly from: number;
  /** Null for the state the order is in now. */
  readonly to: number | null;
}

/**
 * Where an order spent its time: a step per state, wide as the time in it, but each wide enough to be seen. A finished order's last state is a point.
 */
export function steps(order: Pick<OrderRow, "transitions" | "status">, terminal: boolean, now: number, least = 0.06): Step[] {
  const { transitions } = order;
  const spans = transitions.map((transition, i) => {
    const next = transitions[i + 1];
    const last = next === undefined;
    const end = last ? (terminal ? transition.at : now) : next.at;
    return { status: transition.to, from: transition.at, to: last ? null : end, weight: Math.sqrt(Math.max(0, end - transition.at)) };
  });
  const total = spans.reduce((sum, span) => sum + span.weight, 0);
  const free = Math.max(0, 1 - least * spans.length);
  let x = 0;
  return spans.map(({ status, from, to, weight }) => {
    const width = spans.length === 1 ? 1 : least + (total === 0 ? free / spans.length : (weight / total) * free);
    const step = { x, width, status, from, to };
    x += width;
    return step;
  });
}

/** Of the flow, what a click chose. */
export interface Chosen {
  readonly source: string;
  readonly type: string;
  readonly status: string;
}

export function isChosen(chosen: Chosen | null, { source, order_type, status }: Pick<OrderStateCount, "source" | "order_type" | "status">): boolean {
  return chosen !== null && chosen.source === source && chosen.type === order_type && chosen.status === status;
}
