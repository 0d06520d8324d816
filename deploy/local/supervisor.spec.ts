import { startProcess } from './parts/process.ts';
import { afterDeath, noDeaths, supervise } from './supervisor.ts';

const quick = 100;
const long = 60_000;

describe('a process that died', () => {
  it('is started again after 1 s, then 2 s, doubling up to 30 s', () => {
    const delays: number[] = [];
    for (let record = noDeaths; delays.length < 7; delays.push(record.delayMs))
      record = afterDeath(record, quick, true);
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('is given up at its third quick death in a row before Tierline was ever ready', () => {
    const first = afterDeath(noDeaths, quick, false);
    const second = afterDeath(first, quick, false);
    expect([first.giveUp, second.giveUp, afterDeath(second, quick, false).giveUp]).toEqual([false, false, true]);
  });

  it('is never given up afterwards', () => {
    expect(afterDeath({ quickInARow: 50, delayMs: 30_000 }, quick, true).giveUp).toBe(false);
  });

  it('starts from 1 s again when it had lived for a while', () => {
    const record = afterDeath({ quickInARow: 2, delayMs: 4_000 }, long, false);
    expect(record).toEqual({ quickInARow: 0, delayMs: 1_000, giveUp: false });
  });
});

describe('the supervisor', () => {
  const program = (code: string) => () =>
    startProcess({ name: 'toy', command: process.execPath, args: ['-e', code], log: () => undefined });

  it('says at once that a process was killed, starts it again, and stops it when asked', async () => {
    const said: string[] = [];
    const first = await program('setInterval(() => {}, 1000)')();
    const starts: number[] = [];
    const start = async () => {
      const running = await program('setInterval(() => {}, 1000)')();
      starts.push(running.pid);
      return running;
    };
    const again = Promise.withResolvers<void>();
    const say = (text: string) => {
      said.push(text);
      if (text.includes('ready again')) again.resolve();
    };
    const untilReady = () => Promise.resolve();
    const onGivenUp = (text: string) => said.push(text);
    const kept = supervise({ name: 'toy', start, untilReady, say, wasEverReady: () => true, onGivenUp }, first);
    process.kill(first.pid, 'SIGKILL');
    await again.promise;
    await kept.stop();
    expect(said).toEqual(['✗ toy ended (signal SIGKILL); starting it again in 1 s', 'toy is ready again']);
    expect(() => process.kill(starts[0] ?? 0, 0)).toThrow('ESRCH');
  });

  it('gives up with the last lines of a process that cannot start', async () => {
    const givenUp = Promise.withResolvers<string>();
    const start = program('console.log("no database"); process.exit(3)');
    supervise({ name: 'toy', start, say: () => undefined, wasEverReady: () => false, onGivenUp: givenUp.resolve });
    expect(await givenUp.promise).toBe('toy ended 3 times in a row (code 3)\n    no database');
  });
});
