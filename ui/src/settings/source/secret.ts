// What people paste where a token belongs: the bare value, `Bearer …`, a session cookie, a whole `Cookie:` header, a line of the browser's cookie table.
// A session cookie goes on under the name under which it was pasted, in as many parts as it has: servers read one name only. Pure.

export interface PastedSecret {
  /** What is kept and sent; empty when nothing was found. */
  readonly value: string;
  /** The secret without names. */
  readonly bare: string;
  /** Where in the pasted text it was: all of it, behind `Bearer`, in a session cookie; or `missing`, cookies without a session among them. */
  readonly found: "nothing" | "bare" | "bearer" | "cookie" | "missing";
}

/** The name of a session cookie, the number of its part where it was too long for one, its value. */
const SESSION = /((?:__Secure-|__Host-)?(?:next-auth|authjs)\.session-token)(?:\.(\d+))?["']?(?:\s*,\s*["']value["'])?\s*[=:\s]\s*["']?([^\s;,"']+)/g;
/** A cookie that another library may keep its session in. */
const LIKE_A_SESSION = /^(?:cookie\s*:\s*)?([\w.-]*(?:session|sid|token|auth)[\w.-]*=[^\s;]+)$/i;

export function readSecret(text: string): PastedSecret {
  const typed = text.trim().replace(/^(["'])(.*)\1$/s, "$2").trim();
  if (typed === "") return { value: "", bare: "", found: "nothing" };
  const cookies = [...typed.matchAll(SESSION)].map(([, name = "", part, value = ""]) => ({ name, part: part === undefined ? -1 : Number(part), value }));
  if (cookies.length > 0) {
    const parts = new Map(cookies.map((cookie) => [cookie.part < 0 ? cookie.name : `${cookie.name}.${cookie.part}`, cookie]));
    const sorted = [...parts].sort(([, a], [, b]) => (a.name === b.name ? a.part - b.part : a.name < b.name ? -1 : 1));
    const first = sorted[0]?.[1].name;
    const bare = sorted.filter(([, cookie]) => cookie.name === first).map(([, cookie]) => cookie.value);
    return { value: sorted.map(([name, cookie]) => `${name}=${cookie.value}`).join("; "), bare: bare.join(""), found: "cookie" };
  }
  const other = LIKE_A_SESSION.exec(typed)?.[1];
  if (other !== undefined && !/=+$/.test(other)) return { value: other, bare: other.slice(other.indexOf("=") + 1), found: "cookie" };
  if (/^(set-)?cookie\s*:/i.test(typed) || /^[\w.-]+=[^;]*;/.test(typed)) return { value: "", bare: "", found: "missing" };
  const bearer = /^(?:authorization\s*:\s*)?bearer\s+(\S[\s\S]*)$/i.exec(typed);
  // A token that a terminal or a mail has broken into lines is whole again without them.
  const value = (bearer?.[1] ?? typed).replace(/\s+/g, "");
  return { value, bare: value, found: bearer === null ? "bare" : "bearer" };
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
