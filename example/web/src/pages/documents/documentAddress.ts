/** Where a document is on the page; with a passage of it, the place to which it scrolls. */
export function documentAddress(documentKey: string, chunkId?: string): string {
  const address = `/documents/${encodeURIComponent(documentKey)}`;
  return chunkId === undefined ? address : `${address}?chunk=${encodeURIComponent(chunkId)}`;
}
