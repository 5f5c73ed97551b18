// JSON to be read by people.

/** Indent JSON without reading its numbers: `JSON.parse` would round them. Pure. */
export function prettyJson(raw: string): string {
  let out = "";
  let depth = 0;
  let inText = false;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let i = 0; i < raw.length; i += 1) {
    const char = raw.charAt(i);
    if (inText) {
      out += char;
      if (char === "\\") {
        i += 1;
        out += raw.charAt(i);
      } else if (char === '"') inText = false;
    } else if (char === '"') {
      inText = true;
      out += char;
    } else if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      const next = /\S/.exec(raw.slice(i + 1, i + 64))?.[0];
      if (next === close) {
        out += char + close;
        i = raw.indexOf(close, i + 1);
      } else {
        depth += 1;
        out += char + line();
      }
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      out += line() + char;
    } else if (char === ",") out += char + line();
    else if (char === ":") out += ": ";
    else if (!/\s/.test(char)) out += char;
  }
  return out;
}
