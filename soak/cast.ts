// Plays scenes side by side, no more at a time and no sooner than is told.
import type { Desk } from "./desk.js";
import type { Planned } from "./scenarios/index.js";

/** Scenes that are played at a time. */
const AT_ONCE = 6;

export class Cast {
  readonly problems: string[] = [];
  #next = 0;
  #allowed = 0;
  #playing = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly scenes: readonly Planned[],
    private readonly desk: Desk,
  ) {}

  /** Lets the first `count` scenes be played. Resolves when they are over. */
  async allow(count: number): Promise<void> {
    this.#allowed = Math.min(count, this.scenes.length);
    this.#startMore();
    while (this.#playing > 0 || this.#next < this.#allowed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Plays on where a module was renamed meanwhile, all at once. */
  async playMoved(): Promise<void> {
    await Promise.all(this.scenes.map((scene) => this.#try(scene, scene.playMoved)));
  }

  #startMore(): void {
    while (this.#playing < AT_ONCE && this.#next < this.#allowed) void this.#play(this.scenes[this.#next++]!);
  }

  async #play(scene: Planned): Promise<void> {
    this.#playing++;
    await this.#try(scene, scene.play);
    this.#playing--;
    this.#startMore();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #try({ key }: Planned, play: Planned["playMoved"]): Promise<void> {
    try {
      await play?.(this.desk);
    } catch (error) {
      this.problems.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
