import { HostProcess, HostStartError, type HostSettings } from "../../host/hostProcess.js";
import { DevError } from "./arguments.js";

/** Keeps one host running at one address: what changes is loaded by the next one. */
export class HostKeeper {
  /** `null` while none runs: the last one could not start, or has died. */
  #host: HostProcess | null;
  #queue: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(
    host: HostProcess,
    private readonly settings: HostSettings,
    private readonly tell: (line: string) => void,
  ) {
    this.#host = host;
    this.#watchOver(host);
  }

  /** Throws a `DevError` where the host says why it cannot start. */
  static async start(settings: HostSettings, tell: (line: string) => void): Promise<HostKeeper> {
    const host = await HostProcess.start(settings).catch((error: unknown) => {
      throw error instanceof HostStartError ? new DevError(error.message) : error;
    });
    return new HostKeeper(host, { ...settings, port: host.port }, tell);
  }

  get url(): string {
    return `http://127.0.0.1:${this.settings.port}`;
  }

  /** Ends the host in order and starts another at the same address, when `prepare` has gone well: else the old one stays. */
  restart(prepare: () => Promise<boolean>): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#isStopped || !(await prepare())) return;
      await this.#host?.stop();
      this.#host = null;
      if (this.#isStopped) return;
      try {
        this.#host = await HostProcess.start(this.settings);
        this.#watchOver(this.#host);
        this.tell("host    started again: something changed");
      } catch (error) {
        this.tell(`host    ${reasonOf(error)}\nhost    It starts again at the next change.`);
      }
    });
    return this.#queue;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#queue;
    await this.#host?.stop();
  }

  #watchOver(host: HostProcess): void {
    host.died.catch((error: Error) => {
      if (this.#host !== host || this.#isStopped) return;
      this.#host = null;
      this.tell(`host    ${error.message}\nhost    It starts again at the next change.`);
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
