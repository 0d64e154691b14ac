import { deferred } from "./deferred.js";
import { HostProcess, type HostSettings } from "./hostProcess.js";

/** The hosts of one run, one after the other on the same database. */
export class Hosts {
  #started: HostProcess[] = [];
  #death = deferred<never>();

  constructor(private readonly settings: HostSettings) {
    this.#death.promise.catch(() => undefined); // told to whoever races with it
  }

  /** Rejects when a host ends although nobody has ended it. */
  get died(): Promise<never> {
    return this.#death.promise;
  }

  /** Starts the next one. */
  async start(changes: Partial<HostSettings> = {}): Promise<HostProcess> {
    const host = await HostProcess.start({ ...this.settings, ...changes });
    this.#started.push(host);
    host.died.catch((error: Error) => this.#death.reject(error));
    return host;
  }

  /** The most memory that any of them held, in bytes; `null` where the system does not tell. */
  peakBytes(): number | null {
    const peaks = this.#started.map((host) => host.peakBytes()).filter((peak) => peak !== null);
    return peaks.length === 0 ? null : Math.max(...peaks);
  }

  /** Ends those that are still alive, in order. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map((host) => host.stop()));
  }
}
