// Numbers, money and times as the page writes them.
import { expect, test } from "vitest";
import * as formats from "../../example/web/src/shell/formats.js";

test("money is written short, and what is unknown is never zero", () => {
  const { formatMoney, formatExactMoney } = formats;
  expect(formatMoney(1_234_567_891)).toBe("$1,234.57");
  expect(formatMoney(20_000)).toBe("$0.02");
  expect(formatMoney(19_812)).toBe("$0.0198");
  expect(formatMoney(7)).toBe("$0.000007");
  expect(formatMoney(0)).toBe("$0.00");
  expect(formatMoney(undefined)).toBe("unknown");
  expect(formatMoney(500_000, "EUR")).toBe("€0.50");
  expect(formatMoney(500_000, "credits")).toBe("0.50");
  expect(formatExactMoney(19_812)).toBe("$0.019812");
  expect(formatExactMoney(undefined)).toBe("unknown");
});

test("counts", () => {
  expect(formats.formatCompact(12_345)).toBe("12.3K");
  expect(formats.formatTokens(1)).toBe("1 token");
  expect(formats.plural(1_234, "reply", "replies")).toBe("1,234 replies");
  expect(formats.formatShare(0.421)).toBe("42%");
  expect(formats.formatBytes(0)).toBe("0 bytes");
  expect(formats.formatBytes(3_565_158)).toBe("3.4 MB");
});

test("durations and distances", () => {
  expect([12, 1_000, 59_999, 125_000, 3_840_000].map(formats.formatDuration)).toEqual([
    "12 ms",
    "1.0 s",
    "59.9 s",
    "2 min 5 s",
    "1 h 4 min",
  ]);
  const now = Date.UTC(2026, 10, 26, 12);
  expect(formats.formatRelativeTime(now - 20_000, now)).toBe("just now");
  expect(formats.formatRelativeTime(now - 5 * 60_000, now)).toBe("5 minutes ago");
  expect(formats.formatRelativeTime(now + 2 * 3_600_000, now)).toBe("in 2 hours");
  expect(formats.formatRelativeTime(now - 30 * 3_600_000, now)).toBe("yesterday");
  expect(formats.formatRelativeTime(now - 8 * 86_400_000, now)).toBe("Nov 18, 2026");
});

test("a moment is told with its day, unless that is today", () => {
  const now = Date.now();
  const longAgo = new Date(2026, 0, 2, 17, 4).getTime();
  const plain = (text: string) => text.replaceAll("\u202f", " ");
  expect(formats.timeOf(now)).toBe(formats.formatClock(now));
  expect(formats.momentWords(now)).toBe(`at ${formats.formatClock(now)}`);
  expect(formats.timeOf(longAgo)).toBe(formats.formatTime(longAgo));
  expect(plain(formats.momentWords(longAgo))).toBe("on Jan 2, 2026 at 5:04 PM");
});
