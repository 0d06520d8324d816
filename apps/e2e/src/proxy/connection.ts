import { connect, type Socket } from 'node:net';
import type { Chance } from '../torture/chance.ts';
import { brokerPlaces, type Address } from './broker-places.ts';
import { isCommit, type Weather } from './weather.ts';

/** Writes what it is given in order, each piece not before its time. */
const delayedWriter = (socket: Socket) => {
  const waiting: { bytes: Buffer; due: number }[] = [];
  let last = 0;
  const writeDue = (): void => {
    while (waiting.length > 0 && waiting[0]!.due <= performance.now() + 0.5) {
      const { bytes } = waiting.shift()!;
      if (socket.writable) socket.write(bytes);
    }
    if (waiting.length > 0) setTimeout(writeDue, waiting[0]!.due - performance.now()).unref();
  };
  return (bytes: Buffer, wait: number): void => {
    if (waiting.length === 0 && wait <= 0) {
      if (socket.writable) socket.write(bytes);
      return;
    }
    last = Math.max(last, performance.now() + wait);
    waiting.push({ bytes, due: last });
    if (waiting.length === 1) writeDue();
  };
};

export type Upstream = { address: Address; protocol: 'kafka' | 'postgres'; ourPort: number };

/** One connection of a process with a part, through the weather of the moment. */
export class ProxiedConnection {
  private readonly server: Socket;
  private readonly toServer: ReturnType<typeof delayedWriter>;
  private readonly toClient: ReturnType<typeof delayedWriter>;
  private readonly translate: (bytes: Buffer) => Buffer | null;
  /** Bytes were swallowed: whatever follows would be nonsense. */
  private lost = false;
  private answerIsCut = false;

  constructor(
    private readonly client: Socket,
    { address, protocol, ourPort }: Upstream,
    private readonly weather: () => Weather,
    private readonly chance: Chance,
    onClosed: () => void,
  ) {
    this.server = connect(address.port, address.host);
    this.toServer = delayedWriter(this.server);
    this.toClient = delayedWriter(client);
    this.translate = protocol === 'kafka' ? brokerPlaces(address, ourPort) : (bytes) => bytes;
    client.setNoDelay(true);
    this.server.setNoDelay(true);
    client.on('data', (bytes) => this.asked(bytes));
    this.server.on('data', (bytes) => {
      const whole = this.translate(bytes);
      if (whole) this.answered(whole);
    });
    client.on('error', () => this.server.destroy());
    client.on('close', () => {
      this.server.destroy();
      onClosed();
    });
    this.server.on('error', () => this.endOfServer());
    this.server.on('close', () => this.endOfServer());
  }

  /** A connection that lost bytes does not learn that the other side went away. */
  private endOfServer(): void {
    if (!this.lost && this.weather().kind !== 'half-open') this.client.destroy();
    else this.lost = true;
  }

  private asked(bytes: Buffer): void {
    const weather = this.weather();
    if (weather.kind === 'half-open' || this.lost) {
      this.lost = true;
      return;
    }
    if (weather.kind === 'resets' && this.chance.happens(weather.share)) return this.reset();
    if (weather.kind === 'commit-cut' && isCommit(bytes) && this.chance.happens(weather.share)) {
      if (this.chance.happens(0.5)) return this.reset();
      this.answerIsCut = true;
    }
    this.toServer(bytes, 0);
  }

  private answered(bytes: Buffer): void {
    const weather = this.weather();
    if (weather.kind === 'half-open' || this.lost) {
      this.lost = true;
      return;
    }
    if (this.answerIsCut) return this.reset();
    const wait = weather.kind === 'latency' ? weather.milliseconds + (2 * this.chance.next() - 1) * weather.spread : 0;
    this.toClient(bytes, wait);
  }

  /** The way is open again: whoever lost bytes is told, or is not. */
  healed(after: 'reset' | 'silence'): void {
    if (this.lost && after === 'reset') this.reset();
  }

  reset(): void {
    this.server.destroy();
    this.client.resetAndDestroy();
  }
}
