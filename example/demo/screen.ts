/** Where the command talks. With --json standard output belongs to the JSON, so all else goes to standard error. */
export class Screen {
  #bar = "";
  #lastBarAt = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  /** One line. */
  line(text = ""): void {
    this.#closeBar();
    this.out.write(`${text}\n`);
  }

  /** Text as it arrives, without a line's end. */
  write(text: string): void {
    this.#closeBar();
    this.out.write(text);
  }

  /** A line that the next one overwrites; where there is no terminal, one line every so often. */
  bar(text: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r${text}\u001b[K`);
      this.#bar = text;
      return;
    }
    const now = Date.now();
    if (now - this.#lastBarAt < BAR_INTERVAL_MS) return;
    this.#lastBarAt = now;
    this.out.write(`${text}\n`);
  }

  #closeBar(): void {
    if (this.#bar === "") return;
    this.#bar = "";
    this.out.write("\n");
  }
}

/** A log that is no terminal gets the progress this often. */
const BAR_INTERVAL_MS = 2_000;
