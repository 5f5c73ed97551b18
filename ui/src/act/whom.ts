// In whose name requests are decided where whoever sits here may not in their own: of several somebody has to say which. Pure.

import type { Deputy } from "@/bindings/Deputy";
import type { Request } from "./results";

/** As people read it. */
export function shownName({ id, name }: Deputy): string {
  return name.trim() === "" ? id : name;
}

/** Several have passed this one on: it has to be said for whom it is. */
export function asksForWhom(request: Request): boolean {
  return (request.for_whom?.length ?? 0) > 1;
}

/** Everybody in whose name any of these can be decided that have a choice, each once. */
export function choicesOf(requests: readonly Request[]): readonly Deputy[] {
  const all = requests.filter(asksForWhom).flatMap((request) => request.for_whom ?? []);
  return all.filter(({ id }, i) => all.findIndex((each) => each.id === id) === i);
}
