/**
 * A new id for an operation. It is no secret: where there is no `randomUUID`, as on pages without TLS and in React
 * Native, it is the time and two random numbers.
 */
export function newOperationId(): string {
  const { crypto }: { crypto?: Partial<Crypto> } = globalThis;
  return crypto?.randomUUID?.() ?? [Date.now(), Math.random(), Math.random()].join("-");
}
