/** Messages in the order they came: one whose handling takes time holds up those behind it. */
export class Inbox<Message> {
  readonly #waiting: Message[] = [];
  #isBusy = false;

  constructor(private readonly handle: (message: Message) => Promise<void> | void) {}

  push(message: Message): void {
    this.#waiting.push(message);
    if (!this.#isBusy) this.#drain();
  }

  #drain(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const handled = this.handle(next);
      if (handled === undefined) continue;
      this.#isBusy = true;
      void handled.finally(() => {
        this.#isBusy = false;
        this.#drain();
      });
      return;
    }
  }
}
