// `.filter()` and vector search filters, with Convex's order of values where convex-test uses JavaScript's.
import {
  compareFields,
  decodeQueryValue,
  fieldAt,
  splitFieldPath,
  type StoredDocument,
} from "./documents.js";

type Evaluate = (document: StoredDocument) => unknown;

const comparisons: Record<string, (order: number) => boolean> = {
  $eq: (order) => order === 0,
  $neq: (order) => order !== 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
};

const arithmetic: Record<string, (left: number, right: number) => number> = {
  $add: (left, right) => left + right,
  $sub: (left, right) => left - right,
  $mul: (left, right) => left * right,
  $div: (left, right) => left / right,
  $mod: (left, right) => left % right,
};

function pair(operands: unknown): [Evaluate, Evaluate] {
  const [left, right] = operands as [unknown, unknown];
  return [compileExpression(left), compileExpression(right)];
}

function compileArithmetic(operator: string, operands: unknown): Evaluate {
  const [left, right] = pair(operands);
  const apply = arithmetic[operator]!;
  return (document) => {
    const a = left(document);
    const b = right(document);
    if (typeof a === "bigint" && typeof b === "bigint") return BigInt(apply(Number(a), Number(b)));
    return apply(a as number, b as number);
  };
}

/** Turns a serialized filter expression into a function of a row. */
export function compileExpression(expression: unknown): Evaluate {
  const [operator, operands] = Object.entries(expression as Record<string, unknown>)[0] ?? ["", null];
  if (operator in comparisons) {
    const [left, right] = pair(operands);
    const holds = comparisons[operator]!;
    return (document) => holds(compareFields(left(document), right(document)));
  }
  if (operator in arithmetic) return compileArithmetic(operator, operands);
  switch (operator) {
    case "$and":
    case "$or": {
      const children = (operands as unknown[]).map(compileExpression);
      return operator === "$and"
        ? (document) => children.every((child) => child(document) === true)
        : (document) => children.some((child) => child(document) === true);
    }
    case "$not": {
      const child = compileExpression(operands);
      return (document) => child(document) !== true;
    }
    case "$neg": {
      const child = compileExpression(operands);
      return (document) => -(child(document) as number);
    }
    case "$field": {
      const path = splitFieldPath(operands as string);
      return (document) => fieldAt(document, path);
    }
    case "$literal": {
      const value = decodeQueryValue(operands);
      return () => value;
    }
    default:
      throw new Error(`The host does not know the filter operator ${JSON.stringify(expression)}`);
  }
}

/** All filters of a query as one predicate; rows pass when every filter is true. */
export function compileFilters(
  expressions: readonly unknown[],
): ((document: StoredDocument) => boolean) | null {
  if (expressions.length === 0) return null;
  const compiled = expressions.map(compileExpression);
  return (document) => compiled.every((evaluate) => evaluate(document) === true);
}
