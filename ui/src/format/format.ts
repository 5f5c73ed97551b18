// Numbers, money, dates and durations in the window's language. One `Format` per language; components get it from `useFormat()`.
//
// Money comes as exact decimal text and is formatted from that text: `Intl.NumberFormat` takes decimal strings, so no binary float touches an amount.
// It carries the currency that it came with, or none: a sign that nobody sent would be a guess. Nothing here throws, whatever it is given: one odd
// value must not take a page with it.

export type Lang = "zh-CN" | "en";

/** A real minus sign, as wide as the plus. */
const MINUS = "−";
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `-12.50`, `7`: what `Intl` may be given as exact text. */
const DECIMAL = /^[+-]?\d+(\.\d+)?$/;

type DecimalText = `${number}`;

function isDecimal(text: string): text is DecimalText {
  return DECIMAL.test(text);
}

function tenths(value: number): number {
  return Math.floor(value * 10) / 10;
}

function realMinus(text: string): string {
  return text.replaceAll("-", MINUS);
}

/** Of English ordinals, by their plural category: `1st`, `2nd`, `3rd`, `4th`. */
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** What `Intl` calls a well-formed code. It writes those that it does not know as they are. */
const CURRENCY = /^[A-Za-z]{3}$/;

/** The farthest instant that a `Date` can hold, ms since 1970. */
const FARTHEST = 8_640_000_000_000_000;

/** Stands where a value cannot be shown. */
const NOTHING = "—";

/** Decimals that an exact figure may have: as many as this machine's `Intl` takes, and more than any amount has. */
const EXACT = (() => {
  try {
    return new Intl.NumberFormat("en", { maximumFractionDigits: 100 }).resolvedOptions().maximumFractionDigits ?? 20;
  } catch {
    return 20;
  }
})();

/** Whether a number is an instant that a `Date` can hold. */
export function isInstant(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) <= FARTHEST;
}

/** How many decimals a decimal text is written with. */
function decimals(text: string): number {
  const dot = text.indexOf(".");
  return dot < 0 ? 0 : text.length - dot - 1;
}

export interface Format {
  readonly lang: Lang;
  /** `1,284` */
  integer(value: number): string;
  /** `1.2万` / `12K`, for tight places; the exact number belongs in a title. */
  compact(value: number): string;
  /** At most two decimals: `12.5`. */
  number(value: number): string;
  /** `+200`, `−12`, from a number or exact text. */
  change(value: number | string): string;
  /** A quantity or other text from an event: grouped when it is a number, else as it is. */
  quantity(text: string): string;
  /** `¥ 482,913.50`, from exact text, in the currency that it came with; without one the figure alone. */
  money(amount: string, currency?: string | null): string;
  /** The same without decimals, for axes and tight tiles. */
  moneyShort(amount: string, currency?: string | null): string;
  /** `¥ 10.24亿`, `CN¥ 1.024B`, where even that is too wide: four figures, so that it is not another amount; the exact one belongs in a title. */
  moneyCompact(amount: string, currency?: string | null): string;
  /** `+¥ 8,460.00` or `−¥ 960.00`. */
  moneyChange(amount: string, currency?: string | null): string;
  percent(share: number): string;
  /** `6th`, `21st`; in Chinese the figure alone, for its word stands before it. */
  ordinal(n: number): string;
  /** `14:32:08` */
  time(at: number): string;
  /** `14:32:08.412` */
  timeMs(at: number): string;
  /** `14:32` */
  minute(at: number): string;
  /** `11月21日 14:32:08`; with the year when it is another. */
  dateTime(at: number, now: number): string;
  /** `11月21日 14:32`; with the year when it is another. */
  dayMinute(at: number, now: number): string;
  /** `11月21日周六`, `Sat, Nov 21`; with the year when it is another. */
  date(at: number, now: number): string;
  /** `2026年11月21日` from `2026-11-21`. */
  day(day: string): string;
  /** `12 ms`, `3.4 秒`, `4 分 12 秒`, `2 小时 5 分`. */
  duration(ms: number): string;
  /** One unit only: `38 分`, `1.9 小时`, `12 小时`. */
  age(ms: number): string;
  /** How long something lasts: hours with a decimal, `4.3 小时`, `27.0 小时`; below one in minutes, beyond a hundred in days. Never more than it does. */
  left(ms: number): string;
  /** `3 秒前`, `in 5 min.` by the distance of `at` to `now`. */
  relative(at: number, now: number): string;
  /** `1.2 MB` */
  bytes(bytes: number): string;
}

const makers = new Map<Lang, Format>();

export function formatFor(lang: Lang): Format {
  let format = makers.get(lang);
  if (format === undefined) {
    format = make(lang);
    makers.set(lang, format);
  }
  return format;
}

function make(lang: Lang): Format {
  const integer = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });
  const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
  const compact = new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  const exact = new Intl.NumberFormat(lang, { maximumFractionDigits: EXACT });
  const signed = new Intl.NumberFormat(lang, { maximumFractionDigits: EXACT, signDisplay: "exceptZero" });
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const timeMs = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
  const minute = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dateTime = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const yearTime = new Intl.DateTimeFormat(lang, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const date = new Intl.DateTimeFormat(lang, { weekday: "short", month: "short", day: "numeric" });
  const yearDate = new Intl.DateTimeFormat(lang, { weekday: "short", year: "numeric", month: "short", day: "numeric" });
  const dayMinute = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const yearMinute = new Intl.DateTimeFormat(lang, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: "always", style: "short" });
  const unit = (name: string, digits = 0, always = 0) => {
    const format = new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "short", minimumFractionDigits: always, maximumFractionDigits: digits });
    // Chinese sets the unit tight against the figure; in a column of figures a little air reads better.
    return { format: (value: number) => format.formatToParts(value).map((part) => (part.type === "unit" && lang !== "en" ? `\u2009${part.value}` : part.value)).join("") };
  };
  // The symbol, in every language: a column of latencies is read by its figures.
  const milliseconds = { format: (value: number) => `${integer.format(value)}\u2009ms` };
  const units = { ms: milliseconds, s1: unit("second", 1), s: unit("second"), m: unit("minute"), h: unit("hour"), h1: unit("hour", 1), h0: unit("hour", 1, 1), d: unit("day"), d1: unit("day", 1) };
  // Symbols as well: they are the same in both languages, and "byte" in English is not one.
  const tenth = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  const sizes = ["B", "kB", "MB", "GB", "TB"].map((symbol, step) => ({ format: (value: number) => `${(step === 0 ? integer : tenth).format(value)}\u2009${symbol}` }));
  const currencies = new Map<string, Intl.NumberFormat>();

  function cached(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = currencies.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(lang, options);
      currencies.set(key, format);
    }
    return format;
  }

  /** The currency's own number of decimals, and more where the amount has more: it must not be rounded into another. */
  function exactDecimals(amount: string, own: number): Intl.NumberFormatOptions {
    const written = Math.min(decimals(amount), EXACT);
    return { minimumFractionDigits: Math.min(own, EXACT), maximumFractionDigits: Math.max(own, written) };
  }

  /** Without a currency: the figure as it was written, grouped. */
  function inNone(amount: string, short: Intl.NumberFormatOptions | null, sign: Intl.NumberFormatOptions): string {
    const options = { ...(short ?? exactDecimals(amount, Math.min(decimals(amount), EXACT))), ...sign };
    return realMinus(cached(`none ${JSON.stringify(options)}`, options).format(amount as DecimalText));
  }

  /** The symbol gets a thin space of its own; the digits stay exact unless `short` says how to shorten them. What is no code stands as it is. */
  function inCurrency(amount: string, code: string | null | undefined, short: Intl.NumberFormatOptions | null, sign: Intl.NumberFormatOptions = {}): string {
    if (!isDecimal(amount)) return amount;
    const currency = code?.trim() ?? "";
    if (currency === "") return inNone(amount, short, sign);
    if (!CURRENCY.test(currency)) return `${currency}\u2009${inNone(amount, short, sign)}`;
    // The symbol that is clear in this language (US$, CN¥), not the narrow one: two currencies must not look alike.
    const style: Intl.NumberFormatOptions = { style: "currency", currency: currency.toUpperCase(), currencyDisplay: "symbol", ...sign };
    const own = cached(`own ${style.currency}`, style).resolvedOptions().maximumFractionDigits ?? 2;
    const options = { ...style, ...(short ?? exactDecimals(amount, own)) };
    const parts = cached(JSON.stringify(options), options).formatToParts(amount);
    // `Intl` puts a space of its own behind some symbols.
    const spaced = parts.map((part) => (part.type === "currency" ? `${part.value}\u2009` : part.value)).join("");
    return realMinus(spaced.replaceAll("\u2009\u00a0", "\u2009")).trim();
  }

  function exactText(format: Intl.NumberFormat, text: string): string {
    return isDecimal(text) ? realMinus(format.format(text)) : text;
  }

  function moment(format: Intl.DateTimeFormat, at: number): string {
    return isInstant(at) ? format.format(at) : NOTHING;
  }

  function pair(large: string, small: string, smallValue: number): string {
    return smallValue > 0 ? `${large} ${small}` : large;
  }

  function duration(ms: number): string {
    if (!Number.isFinite(ms)) return NOTHING;
    const abs = Math.max(0, ms);
    if (abs < SECOND) return units.ms.format(Math.round(abs));
    if (abs < 10 * SECOND) return units.s1.format(abs / SECOND);
    if (abs < MINUTE) return units.s.format(Math.floor(abs / SECOND));
    if (abs < HOUR) return pair(units.m.format(Math.floor(abs / MINUTE)), units.s.format(Math.floor((abs % MINUTE) / SECOND)), Math.floor((abs % MINUTE) / SECOND));
    if (abs < DAY) return pair(units.h.format(Math.floor(abs / HOUR)), units.m.format(Math.floor((abs % HOUR) / MINUTE)), Math.floor((abs % HOUR) / MINUTE));
    return pair(units.d.format(Math.floor(abs / DAY)), units.h.format(Math.floor((abs % DAY) / HOUR)), Math.floor((abs % DAY) / HOUR));
  }

  function age(ms: number): string {
    if (!Number.isFinite(ms)) return NOTHING;
    const abs = Math.max(0, ms);
    if (abs < MINUTE) return units.s.format(Math.floor(abs / SECOND));
    if (abs < HOUR) return units.m.format(Math.floor(abs / MINUTE));
    // Below ten a whole unit is too coarse: 1.9 h is not 1 h. Down to the tenth, so that no more is said than passed.
    if (abs < 10 * HOUR) return units.h1.format(tenths(abs / HOUR));
    if (abs < DAY) return units.h.format(Math.floor(abs / HOUR));
    if (abs < 10 * DAY) return units.d1.format(tenths(abs / DAY));
    return units.d.format(Math.floor(abs / DAY));
  }

  return {
    lang,
    integer: (value) => realMinus(integer.format(value)),
    compact: (value) => realMinus(compact.format(value)),
    number: (value) => realMinus(number.format(value)),
    change: (value) => (typeof value === "number" ? realMinus(signed.format(value)) : exactText(signed, value)),
    quantity: (text) => exactText(exact, text),
    money: (amount, currency) => inCurrency(amount, currency, null),
    moneyShort: (amount, currency) => inCurrency(amount, currency, { maximumFractionDigits: 0 }),
    moneyCompact: (amount, currency) => inCurrency(amount, currency, { notation: "compact", minimumSignificantDigits: 4, maximumSignificantDigits: 4 }),
    moneyChange: (amount, currency) => inCurrency(amount, currency, null, { signDisplay: "exceptZero" }),
    percent: (share) => realMinus(percent.format(share)),
    ordinal: (n) => (lang === "en" ? `${integer.format(n)}${ENDINGS[ordinals.select(n)] ?? "th"}` : integer.format(n)),
    time: (at) => moment(time, at),
    timeMs: (at) => moment(timeMs, at),
    minute: (at) => moment(minute, at),
    dateTime: (at, now) => moment(new Date(at).getFullYear() === new Date(now).getFullYear() ? dateTime : yearTime, at),
    dayMinute: (at, now) => moment(new Date(at).getFullYear() === new Date(now).getFullYear() ? dayMinute : yearMinute, at),
    date: (at, now) => moment(new Date(at).getFullYear() === new Date(now).getFullYear() ? date : yearDate, at),
    day: (text) => {
      const at = Date.parse(`${text}T00:00:00Z`);
      return Number.isNaN(at) ? text : day.format(at);
    },
    duration,
    age,
    left: (ms) => (ms >= HOUR && ms < 100 * HOUR ? units.h0.format(tenths(ms / HOUR)) : age(ms)),
    relative: (at, now) => {
      const away = at - now;
      if (!Number.isFinite(away)) return NOTHING;
      const abs = Math.abs(away);
      const sign = Math.sign(away);
      if (abs < MINUTE) return relative.format(sign * Math.floor(abs / SECOND), "second");
      if (abs < HOUR) return relative.format(sign * Math.floor(abs / MINUTE), "minute");
      if (abs < DAY) return relative.format(sign * (abs < 10 * HOUR ? tenths(abs / HOUR) : Math.floor(abs / HOUR)), "hour");
      return relative.format(sign * (abs < 10 * DAY ? tenths(abs / DAY) : Math.floor(abs / DAY)), "day");
    },
    bytes: (bytes) => {
      let value = bytes;
      let step = 0;
      while (value >= 1024 && step < sizes.length - 1) {
        value /= 1024;
        step += 1;
      }
      return sizes[step]?.format(value) ?? String(bytes);
    },
  };
}
