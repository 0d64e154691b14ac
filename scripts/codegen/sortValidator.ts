interface ValidatorJson {
  type: string;
  value?: unknown;
  keys?: unknown;
  values?: { fieldType: unknown };
}

interface FieldJson {
  fieldType: unknown;
}

/** A validator's JSON with its object fields in the backend's order (it keeps them sorted). */
export function sortValidator(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  const validator = json as ValidatorJson; // Convex's own serialization
  switch (validator.type) {
    case "object":
      return { ...validator, value: sortFields(validator.value as Record<string, FieldJson>) };
    case "array":
      return { ...validator, value: sortValidator(validator.value) };
    case "union":
      return { ...validator, value: (validator.value as unknown[]).map(sortValidator) };
    case "record":
      return {
        ...validator,
        keys: sortValidator(validator.keys),
        values: { ...validator.values, fieldType: sortValidator(validator.values?.fieldType) },
      };
    default:
      return validator;
  }
}

function sortFields(fields: Record<string, FieldJson>): Record<string, FieldJson> {
  const names = Object.keys(fields).sort((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(
    names.map((name) => [name, { ...fields[name], fieldType: sortValidator(fields[name]?.fieldType) }]),
  );
}
