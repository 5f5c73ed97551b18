// What a command fails with. The core's own errors carry a code; a carrier that fails gets `unreachable`.

/** A variant only where the window behaves differently. */
export type Code = "internal" | "invalid_input" | "not_found" | "unauthorized" | "store_unavailable" | "unreachable";

const CODES: readonly string[] = ["internal", "invalid_input", "not_found", "unauthorized", "store_unavailable"] satisfies Code[];

export class CommandError extends Error {
  readonly code: Code;
  /** Where in the input, as [start, end) of its characters, for `invalid_input`. */
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

function isCode(code: string): code is Code {
  return CODES.includes(code);
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
