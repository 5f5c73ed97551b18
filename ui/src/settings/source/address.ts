// What nobody meant in a pasted address: characters that cannot be seen, blanks, quotes and line breaks around, full-width signs. Pure.

/** Zero-width characters, marks of direction, the soft hyphen, control characters. */
const INVISIBLE = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const AROUND = /^[\s"'`<>“”‘’「」《》]+|[\s"'`<>“”‘’「」《》,;，；。、]+$/g;

export function tidyAddress(typed: string): string {
  const text = typed.replace(INVISIBLE, "").replace(AROUND, "");
  const head = /^[^/／]*(?:[/／]{2})?[^/／?？#]*[/／?？]?/.exec(text)?.[0] ?? "";
  const narrow = head.replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).replaceAll("。", ".");
  return narrow + text.slice(head.length);
}
