import {
  createTheme,
  darken,
  DEFAULT_THEME,
  lighten,
  luminance,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

/** A little above the 4.5 of WCAG AA for text, for what a browser rounds. */
const AIM = 4.7;
const STEP = 0.04;
/** Where black text stands out as much as white: whichever of them is chosen can be read. */
const MIDDLE_LUMINANCE = 0.179;
const PRIMARY_SHADE = { light: 7, dark: 8 } as const;
/** What text stands on: the darkest of the light surfaces, the lightest of the dark ones that the pages use. */
const SURFACE = { light: DEFAULT_THEME.colors.gray[1], dark: DEFAULT_THEME.colors.dark[6] } as const;

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: PRIMARY_SHADE,
  defaultRadius: "md",
  autoContrast: true,
  luminanceThreshold: MIDDLE_LUMINANCE,
  respectReducedMotion: true,
  cursorType: "pointer",
  headings: { fontWeight: "650" },
  components: {
    // A close button says what it does, wherever it stands, and a tooltip is for who has no pointer too.
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    Tooltip: { defaultProps: { events: { hover: true, focus: true, touch: true }, withArrow: true } },
  },
});

/** How far two colours stand apart, as WCAG counts it: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour itself where it can be read on that ground, else the nearest darker or lighter one that can. */
function readableOn(ground: string, colour: string): string {
  const move = luminance(ground) > MIDDLE_LUMINANCE ? darken : lighten;
  for (let part = 0; part < 1; part += STEP) {
    const moved = part === 0 ? colour : move(colour, part);
    if (contrast(ground, moved) >= AIM) return moved;
  }
  return move(colour, 1);
}

const variablesOf = (name: string, tuple: MantineColorsTuple) => ({
  light: {
    [`--mantine-color-${name}-text`]: readableOn(SURFACE.light, tuple[PRIMARY_SHADE.light]),
    [`--mantine-color-${name}-outline`]: readableOn(SURFACE.light, tuple[PRIMARY_SHADE.light]),
    [`--mantine-color-${name}-light-color`]: readableOn(tuple[2], tuple[9]),
  },
  dark: {
    [`--mantine-color-${name}-text`]: readableOn(SURFACE.dark, tuple[4]),
    [`--mantine-color-${name}-outline`]: readableOn(SURFACE.dark, tuple[4]),
    [`--mantine-color-${name}-light-color`]: readableOn(darken(tuple[9], 0.3), tuple[0]),
  },
});

/** Where Mantine's own colours are too faint to read: the same hues, as much darker or lighter as it takes. */
export const readableColours: CSSVariablesResolver = ({ colors, primaryColor }) => {
  const { gray, dark, red, teal } = colors;
  const named = Object.entries(colors).map(([name, tuple]) => variablesOf(name, tuple));
  const primary = colors[primaryColor]!; // Mantine refuses a theme without it
  return {
    variables: {},
    light: {
      ...Object.fromEntries(named.flatMap((each) => Object.entries(each.light))),
      "--mantine-color-dimmed": readableOn(SURFACE.light, gray[6]),
      "--mantine-color-placeholder": readableOn(SURFACE.light, gray[6]),
      "--mantine-color-disabled-color": readableOn(gray[2], gray[6]),
      "--mantine-color-error": readableOn(SURFACE.light, red[8]),
      "--mantine-color-success": readableOn(SURFACE.light, teal[9]),
      "--mantine-color-anchor": readableOn(SURFACE.light, primary[PRIMARY_SHADE.light]),
    },
    dark: {
      ...Object.fromEntries(named.flatMap((each) => Object.entries(each.dark))),
      "--mantine-color-dimmed": readableOn(SURFACE.dark, dark[2]),
      "--mantine-color-placeholder": readableOn(SURFACE.dark, dark[2]),
      "--mantine-color-disabled-color": readableOn(dark[6], dark[3]),
      "--mantine-color-error": readableOn(SURFACE.dark, red[6]),
      "--mantine-color-success": readableOn(SURFACE.dark, teal[6]),
      "--mantine-color-anchor": readableOn(SURFACE.dark, primary[4]),
    },
  };
};
