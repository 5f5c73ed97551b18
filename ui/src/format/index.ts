// Everything that turns data into text by the rules of a language. See `format.ts`; the shared clock is in `clock.ts`.

export { coreNow, useClock, useToday } from "./clock";
export { type Format, formatFor, isInstant, type Lang } from "./format";
export { amountIn, ordered, purse, purses, records, unread } from "./sums";
export { useFormat } from "./react";
export { minutesUntilMorning } from "./morning";
