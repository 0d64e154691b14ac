/** A text as JSON; what is no JSON is said to be so. */
export function readJson(
  text: string,
): { isValid: true; value: unknown } | { isValid: false; value?: undefined } {
  try {
    return { isValid: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isValid: false };
  }
}

/** A field of something that may be anything. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
