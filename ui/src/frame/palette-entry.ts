// A line of the palette, and a group of them.

import type { ReactNode } from "react";

export interface Entry {
  /** Distinct among all of the palette's. */
  readonly value: string;
  readonly icon: ReactNode;
  readonly text: string;
  /** Other words that it is found by. */
  readonly called?: readonly string[];
  readonly keys?: readonly string[];
  /** What else is to be said, behind its text. */
  readonly note?: string;
  /** It answers an older question: it is dimmed, and cannot be chosen. */
  readonly stale?: boolean;
  readonly onSelect: () => void;
}

export interface Group {
  readonly id: string;
  readonly heading: string;
  readonly entries: readonly Entry[];
}
