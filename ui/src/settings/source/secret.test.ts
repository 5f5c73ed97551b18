import { describe, expect, it } from "vitest";
import { expiryOf, readSecret } from "./secret";

const JWE = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..q1w2e3.r4t5-y6_u7.i8o9p0";

describe("what is pasted for a token", () => {
  it("is taken as it is when it is bare, without quotes and line breaks", () => {
    expect(readSecret(` ${JWE} `)).toEqual({ value: JWE, bare: JWE, found: "bare" });
    expect(readSecret(`"${JWE}"`).value).toBe(JWE);
    expect(readSecret("abc\r\n  def\nghi")).toEqual({ value: "abcdefghi", bare: "abcdefghi", found: "bare" });
    expect(readSecret("padded==")).toEqual({ value: "padded==", bare: "padded==", found: "bare" });
    expect(readSecret("  ")).toEqual({ value: "", bare: "", found: "nothing" });
  });

  it.each([
    ["a pair", `next-auth.session-token=${JWE}`, "next-auth.session-token"],
    ["the secure name", `__Secure-next-auth.session-token=${JWE}`, "__Secure-next-auth.session-token"],
    ["a newer library's name", `authjs.session-token=${JWE}`, "authjs.session-token"],
    ["a whole header", `Cookie: theme=dark; next-auth.csrf-token=1%7C2; next-auth.session-token=${JWE}; lang=zh`, "next-auth.session-token"],
    ["a header's value", `theme=dark; next-auth.session-token=${JWE}`, "next-auth.session-token"],
    ["an answer's header", `Set-Cookie: __Secure-authjs.session-token=${JWE}; Path=/; HttpOnly; Secure; SameSite=Lax`, "__Secure-authjs.session-token"],
    ["a curl command", `curl 'https://erp.example/api/ws' -H 'accept: */*' -H 'cookie: a=b; next-auth.session-token=${JWE}'`, "next-auth.session-token"],
    ["a line of the browser's cookie table", `next-auth.session-token\t${JWE}\terp.example\t/\t2026-12-21T08:00:00.000Z\t312\t✓`, "next-auth.session-token"],
    ["JSON", `{"next-auth.session-token": "${JWE}"}`, "next-auth.session-token"],
    ["an exported list", `[{"name":"next-auth.session-token","value":"${JWE}"}]`, "next-auth.session-token"],
    ["another library's cookie", `connect.sid=${JWE}`, "connect.sid"],
  ])("is the session cookie in %s, under its own name", (_, text, name) => {
    expect(readSecret(text)).toEqual({ value: `${name}=${JWE}`, bare: JWE, found: "cookie" });
  });

  it("stays in parts where the cookie was too long for one", () => {
    expect(readSecret("next-auth.session-token.1=def; next-auth.session-token.0=abc; x=y")).toEqual({
      value: "next-auth.session-token.0=abc; next-auth.session-token.1=def",
      bare: "abcdef",
      found: "cookie",
    });
  });

  it("is the token behind Bearer", () => {
    expect(readSecret("Authorization: Bearer a.b.c")).toEqual({ value: "a.b.c", bare: "a.b.c", found: "bearer" });
    expect(readSecret("bearer a.b.c")).toEqual({ value: "a.b.c", bare: "a.b.c", found: "bearer" });
  });

  it("is refused when it is cookies without a session", () => {
    expect(readSecret("Cookie: theme=dark")).toEqual({ value: "", bare: "", found: "missing" });
    expect(readSecret("theme=dark; next-auth.csrf-token=1")).toEqual({ value: "", bare: "", found: "missing" });
  });
});

describe("the end of a token", () => {
  const jwt = (claims: unknown) => `e30.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.sig`;

  it("is what a JWT says", () => {
    expect(expiryOf(jwt({ exp: 1_795_223_788, name: "zs?>~" }))).toBe(1_795_223_788_000);
  });

  it("is unknown for everything else", () => {
    expect(expiryOf(JWE)).toBeNull();
    expect(expiryOf(jwt({}))).toBeNull();
    expect(expiryOf(jwt({ exp: "soon" }))).toBeNull();
    expect(expiryOf("a.!!.c")).toBeNull();
    expect(expiryOf("")).toBeNull();
  });
});
