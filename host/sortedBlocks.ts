// A sorted list in blocks: inserting into a big index moves one block, not the whole array.

/** Longest block before it is split; a splice of this many pointers costs well under a microsecond. */
const MAX_BLOCK_LENGTH = 512;

/** A place in the list; valid until the next insert or remove. */
export type Position = { block: number; offset: number };

export class SortedBlocks<T> {
  #blocks: T[][] = [];
  readonly #compare: (left: T, right: T) => number;
  size = 0;

  constructor(items: T[], compare: (left: T, right: T) => number) {
    this.#compare = compare;
    const sorted = [...items].sort(compare);
    for (let start = 0; start < sorted.length; start += MAX_BLOCK_LENGTH / 2) {
      this.#blocks.push(sorted.slice(start, start + MAX_BLOCK_LENGTH / 2));
    }
    this.size = sorted.length;
  }

  /** The first place whose item satisfies a predicate that is false, then true, along the list. */
  seek(reached: (item: T) => boolean): Position {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = this.#blocks[middle]!;
      if (reached(block[block.length - 1]!)) high = middle;
      else low = middle + 1;
    }
    const block = this.#blocks[low];
    if (block === undefined) return { block: low, offset: 0 };
    let start = 0;
    let end = block.length;
    while (start < end) {
      const middle = (start + end) >> 1;
      if (reached(block[middle]!)) end = middle;
      else start = middle + 1;
    }
    return { block: low, offset: start };
  }

  at(position: Position): T | undefined {
    return this.#blocks[position.block]?.[position.offset];
  }

  after(position: Position): Position {
    const block = this.#blocks[position.block];
    if (block !== undefined && position.offset + 1 < block.length) {
      return { block: position.block, offset: position.offset + 1 };
    }
    return { block: position.block + 1, offset: 0 };
  }

  /** The place before; `block` is -1 before the first item. */
  before(position: Position): Position {
    if (position.offset > 0) return { block: position.block, offset: position.offset - 1 };
    const previous = this.#blocks[position.block - 1];
    return { block: position.block - 1, offset: previous === undefined ? 0 : previous.length - 1 };
  }

  insert(item: T): void {
    const { block: index, offset } = this.seek((other) => this.#compare(other, item) >= 0);
    this.size++;
    const last = this.#blocks.length - 1;
    if (index > last) {
      if (last < 0) this.#blocks.push([item]);
      else this.#append(last, item);
      return;
    }
    this.#blocks[index]!.splice(offset, 0, item);
    this.#splitIfLong(index);
  }

  /** Removes the item equal in order; false when there is none. */
  remove(item: T): boolean {
    const position = this.seek((other) => this.#compare(other, item) >= 0);
    const found = this.at(position);
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    const block = this.#blocks[position.block]!;
    block.splice(position.offset, 1);
    if (block.length === 0) this.#blocks.splice(position.block, 1);
    this.size--;
    return true;
  }

  /** Puts an item in the place of one that is equal in order; false when there is none. */
  replace(item: T): boolean {
    const position = this.seek((other) => this.#compare(other, item) >= 0);
    const found = this.at(position);
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    this.#blocks[position.block]![position.offset] = item;
    return true;
  }

  // Rows mostly arrive in order: filling the last block and starting a new one keeps blocks full.
  #append(last: number, item: T): void {
    const block = this.#blocks[last]!;
    if (block.length < MAX_BLOCK_LENGTH) block.push(item);
    else this.#blocks.push([item]);
  }

  #splitIfLong(index: number): void {
    const block = this.#blocks[index]!;
    if (block.length <= MAX_BLOCK_LENGTH) return;
    this.#blocks.splice(index + 1, 0, block.splice(block.length >> 1));
  }
}
