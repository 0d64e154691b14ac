// A stream goes on when its watchers have seen what it said, so that every delta is a chunk of its own and the counts
// do not depend on the speed of the machine.

/** Resolves when every watcher has seen this text and waits for nothing. */
type Gate = (said: string) => Promise<void>;

let gate: Gate | null = null;

/** Sets what streams wait for; null lets them run freely. */
export function setGate(next: Gate | null): void {
  gate = next;
}

export async function paceStream(said: string): Promise<void> {
  await gate?.(said);
}
