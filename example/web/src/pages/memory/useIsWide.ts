import { useMediaQuery } from "@mantine/hooks";

/** From here on a table has room. */
const WIDE = "(min-width: 62em)";

/** Whether the page is wide enough for a table; cards stand in its place where it is not. */
export const useIsWide = (): boolean => useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
