// What people paste where a token belongs: the bare value, `Bearer …`, a session cookie, a whole `Cookie:` header, a line of the browser's cookie table.
// Only the value goes on. Pure.

export interface PastedSecret {
  /** What is sent; empty when nothing was found. */
  readonly value: string;
  /** Where in the pasted text it was: all of it, behind `Bearer`, in a session cookie; or `missing`, cookies without a session among them. */
  readonly found: "nothing" | "bare" | "bearer" | "cookie" | "missing";
}

/** The name of a session cookie, the number of its part where it was too long for one, its value. */
const SESSION = /((?:__Secure-)?next-auth\.session-token)(?:\.(\d+))?["']?\s*[=:\s]\s*["']?([^\s;,"']+)/g;

export function readSecret(text: string): PastedSecret {
  const typed = text.trim().replace(/^(["'])(.*)\1$/s, "$2").trim();
  if (typed === "") return { value: "", found: "nothing" };
  const cookies = [...typed.matchAll(SESSION)].map(([, name = "", part, value = ""]) => ({ name, part: part === undefined ? 0 : Number(part), value }));
  if (cookies.length > 0) {
    const name = cookies.some((cookie) => cookie.name.startsWith("__Secure-")) ? "__Secure-next-auth.session-token" : "next-auth.session-token";
    const parts = new Map(cookies.filter((cookie) => cookie.name === name).map((cookie) => [cookie.part, cookie.value]));
    return { value: [...parts].sort(([a], [b]) => a - b).map(([, value]) => value).join(""), found: "cookie" };
  }
  if (/^(set-)?cookie\s*:/i.test(typed) || /^[\w.-]+=[^;]*;/.test(typed)) return { value: "", found: "missing" };
  const bearer = /^(?:authorization\s*:\s*)?bearer\s+(\S[\s\S]*)$/i.exec(typed);
  // A token that a terminal or a mail has broken into lines is whole again without them.
  return { value: (bearer?.[1] ?? typed).replace(/\s+/g, ""), found: bearer === null ? "bare" : "bearer" };
}

/** When a JWT says that it ends, ms; null for what says nothing. */
export function expiryOf(token: string): number | null {
  const parts = token.split(".");
  const body = parts[1];
  if (parts.length !== 3 || body === undefined) return null;
  try {
    const claims: unknown = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof claims !== "object" || claims === null || !("exp" in claims) || typeof claims.exp !== "number" || !Number.isFinite(claims.exp)) return null;
    return claims.exp * 1_000;
  } catch {
    // Not a token of that make.
    return null;
  }
}
