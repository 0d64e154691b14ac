/** A text as JSON; what is no JSON is said to be so. */
export function readJson(text: string): { isValid: true; value: unknown } | { isValid: false } {
  try {
    return { isValid: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isValid: false };
  }
}
