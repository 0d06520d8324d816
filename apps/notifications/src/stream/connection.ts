import type { ServerResponse } from 'node:http';
import type { Reader } from './frames.ts';
import { frame } from './frames.ts';

/** Why a stream ends; its reader is told and connects again. */
export type EndReason = 'shutdown' | 'slow-reader' | 'token-expired' | 'presence-lost';

/** How long a reader that is told to go may take to hear it, in milliseconds. */
const farewell = 5_000;

/** A reader's open stream. Frames wait until it was greeted; then they go out as they come. */
export class StreamConnection {
  private held: string[] | null = [];
  private response: ServerResponse | undefined;
  private over = false;

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
    this.response.write(frames);
    if (this.response.writableLength > this.most) this.end('slow-reader');
  }

  /** Tells the reader to connect again, after a moment that differs from reader to reader, and ends the stream. */
  end(reason: EndReason, chance = Math.random()): void {
    if (this.over) return;
    this.over = true;
    const response = this.response;
    if (!response) return;
    const afterMilliseconds = Math.round(chance * (reason === 'shutdown' ? 3_000 : 500));
    response.end(`retry: ${afterMilliseconds}\n${frame('reconnect', { reason, afterMilliseconds })}`);
    setTimeout(() => response.destroy(), farewell).unref();
  }

  /** The reader went away by itself. */
  lost(): void {
    this.over = true;
  }
}
