// The page's colours can be read, in both themes: the contrast of WCAG AA, counted.
import { darken, DEFAULT_THEME, mergeMantineTheme, parseThemeColor } from "@mantine/core";
import { expect, test } from "vitest";
import { contrast, readableColours, theme } from "../../example/web/src/shell/theme.js";

/** WCAG AA for text. */
const READABLE = 4.5;
const isReadable = (ground: string, colour: string): boolean => contrast(ground, colour) >= READABLE;

const merged = mergeMantineTheme(DEFAULT_THEME, theme);
const { light, dark } = readableColours(merged);
const { gray, dark: greys } = DEFAULT_THEME.colors;

test("contrast is counted as WCAG does", () => {
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21, 5);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});

test("text, hints and errors can be read on each surface", () => {
  for (const name of ["dimmed", "placeholder", "error", "success", "anchor"]) {
    for (const ground of ["#ffffff", gray[0], gray[1]])
      expect(isReadable(ground, light[`--mantine-color-${name}`]!), `${name} on ${ground}`).toBe(true);
    for (const ground of [greys[6], greys[7], greys[8]])
      expect(isReadable(ground, dark[`--mantine-color-${name}`]!), `${name} on ${ground}`).toBe(true);
  }
});

test("each colour's badge, alert and text can be read", () => {
  for (const [name, tuple] of Object.entries(merged.colors)) {
    const of = (scheme: Record<string, string>, kind: string): string =>
      scheme[`--mantine-color-${name}-${kind}`]!;
    for (const ground of [tuple[1], tuple[2]])
      expect(isReadable(ground, of(light, "light-color")), `${name} on ${ground}`).toBe(true);
    for (const ground of [darken(tuple[9], 0.5), darken(tuple[9], 0.3)])
      expect(isReadable(ground, of(dark, "light-color")), `${name} on ${ground}`).toBe(true);
    expect(isReadable("#ffffff", of(light, "text")), name).toBe(true);
    expect(isReadable(greys[7], of(dark, "text")), name).toBe(true);
  }
});

test("what stands on a filled button or badge can be read, whatever its colour", () => {
  for (const [name, tuple] of Object.entries(merged.colors))
    for (const shade of [...tuple]) {
      const { isLight } = parseThemeColor({ color: shade, theme: merged });
      expect(isReadable(shade, isLight ? "#000000" : "#ffffff"), `${name} ${shade}`).toBe(true);
    }
});
