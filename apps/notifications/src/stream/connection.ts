import type { ServerResponse } from 'node:http';
import type { Reader } from './frames.ts';
import { frame } from './frames.ts';

/** Why a stream ends; its reader is told and connects again. */
export type EndReason = 'shutdown' | 'slow-reader' | 'token-expired' | 'presence-lost' | 'teams-changed';

/** How long a reader that is told to go may take to hear it, in milliseconds. */
const farewell = 5_000;
/** How long more than the most may wait for a reader, in milliseconds. */
const patience = 2_000;

/** A reader's open stream. Frames wait until it was greeted; then they go out as they come. */
export class StreamConnection {
  private held: string[] | null = [];
  private response: ServerResponse | undefined;
  private over = false;
  private fullSince: number | null = null;

  constructor(
    readonly id: string,
    readonly reader: Reader,
    private readonly most: number,
  ) {}

  /** True when nothing more is sent. */
  get ended(): boolean {
    return this.over;
  }

  /** Begins to send: first the greeting, then what came meanwhile. */
  begin(response: ServerResponse, greeting: string): void {
    this.response = response;
    const held = this.held ?? [];
    this.held = null;
    this.send(greeting + held.join(''));
  }

  /** Sends frames, or ends the stream when the reader has let too many bytes wait: nothing is kept without end. */
  send(frames: string): void {
    if (this.over) return;
    if (!this.response) {
      this.held?.push(frames);
      return;
    }
    if (this.isSlow(this.response.writableLength)) this.end('slow-reader');
    else this.response.write(frames);
  }

  /** One burst may be larger than what may wait; a reader is slow when it does not take it away for a while. */
  private isSlow(waiting: number): boolean {
    if (waiting <= this.most) this.fullSince = null;
    else this.fullSince ??= performance.now();
    return this.fullSince !== null && (performance.now() - this.fullSince > patience || waiting > 8 * this.most);
  }

  /** Tells the reader to connect again, after a moment that differs from reader to reader, and ends the stream. */
  end(reason: EndReason, chance = Math.random()): void {
    if (this.over) return;
    this.over = true;
    const response = this.response;
    if (!response) return;
    const { socket } = response;
    setTimeout(() => socket?.destroy(), farewell).unref();
    const afterMilliseconds = Math.round(chance * (reason === 'shutdown' ? 3_000 : 500));
    response.end(`retry: ${afterMilliseconds}\n${frame('reconnect', { reason, afterMilliseconds })}`);
  }

  /** The reader went away by itself. */
  lost(): void {
    this.over = true;
  }
}
