/** The element that holds a chunk. */
export const chunkElementId = (index: number): string => `chunk-${index}`;
