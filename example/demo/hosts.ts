import { HostProcess, HostStartError, type HostSettings } from "../../host/hostProcess.js";
import { deferred } from "./deferred.js";
import { DemoError } from "./demoError.js";

/** The hosts of one run, one after the other on the same database. */
export class Hosts {
  #started: HostProcess[] = [];
  #death = deferred<never>();
  #newest: { host: HostProcess; settings: HostSettings } | null = null;

  constructor(private readonly settings: HostSettings) {
    this.#death.promise.catch(() => undefined); // told to whoever races with it
  }

  /** Rejects when a host ends although nobody has ended it. */
  get died(): Promise<never> {
    return this.#death.promise;
  }

  /** Starts the next one. Throws a `DemoError` when it says why it cannot. */
  async start(changes: Partial<HostSettings> = {}): Promise<HostProcess> {
    const settings = { ...this.settings, ...changes };
    const host = await HostProcess.start(settings).catch((error: unknown) => {
      throw error instanceof HostStartError ? new DemoError(error.message) : error;
    });
    this.#started.push(host);
    this.#newest = { host, settings: { ...settings, port: host.port } };
    host.died.catch((error: Error) => this.#death.reject(error));
    return host;
  }

  /** Ends the newest in order and starts the next as it was: at the same address, with the same clock. */
  async restart(): Promise<HostProcess> {
    await this.#newest?.host.stop();
    return await this.start(this.#newest?.settings);
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
