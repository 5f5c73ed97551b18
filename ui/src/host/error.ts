// What a command fails with. The core's own errors carry a code; a carrier that fails gets `unreachable`.

import type { Code as CoreCode } from "@/bindings/Code";

/** The core's codes, and `unreachable` when its answer did not come. */
export type Code = CoreCode | "unreachable";

// A record, so that a code that is new in Rust does not compile here until it is handled.
const CODES: Record<CoreCode, true> = { internal: true, invalid_input: true, not_found: true, unauthorized: true, store_unavailable: true };

export class CommandError extends Error {
  readonly code: Code;
  /** Where in the input, as [start, end) in UTF-16 units as strings count here, for `invalid_input`. */
  readonly at: readonly [number, number] | null;

  constructor(code: Code, message: string, at: readonly [number, number] | null = null) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.at = at;
  }

  /** Read whatever a carrier rejected with. */
  static from(thrown: unknown): CommandError {
    if (thrown instanceof CommandError) return thrown;
    if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
      const code = String(thrown.code);
      const at = "at" in thrown ? span(thrown.at) : null;
      return new CommandError(isCode(code) ? code : "internal", String(thrown.message), at);
    }
    if (thrown instanceof Error) return new CommandError("unreachable", thrown.message);
    return new CommandError("unreachable", String(thrown));
  }
}

function isCode(code: string): code is CoreCode {
  return Object.hasOwn(CODES, code);
}

function span(at: unknown): readonly [number, number] | null {
  if (!Array.isArray(at)) return null;
  const [start, end]: unknown[] = at;
  return typeof start === "number" && typeof end === "number" ? [start, end] : null;
}

/** True for the error of a request that its caller gave up. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}
