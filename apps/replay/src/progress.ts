import { Presets, SingleBar } from 'cli-progress';

export type Progress = { readonly step: () => void; readonly stop: () => void };

const lineEvery = 5_000;
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, '0')}`;

const bar = (total: number, unit: string): Progress => {
  const start = Date.now();
  const single = new SingleBar(
    {
      format: ` {bar} {percentage} % | {value} of {total} ${unit} | {rate}/s | {eta_formatted} left`,
      hideCursor: null,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { rate: 0 });
  const rate = () => Math.round((single.getProgress() * total * 1_000) / Math.max(1, Date.now() - start));
  return { step: () => single.increment(1, { rate: rate() }), stop: () => single.stop() };
};

const lines = (total: number, unit: string, say: (line: string) => void): Progress => {
  const start = Date.now();
  let done = 0;
  const timer = setInterval(() => {
    const rate = (done * 1_000) / (Date.now() - start);
    const left = rate > 0 ? `, about ${clock((total - done) / rate)} left` : '';
    say(`${done} of ${total} ${unit} (${Math.floor((done * 100) / total)} %), ${Math.round(rate)}/s${left}`);
  }, lineEvery);
  return { step: () => void (done += 1), stop: () => clearInterval(timer) };
};

/** Shows how far it is: a bar on a terminal, elsewhere a line every five seconds. */
export const showProgress = (total: number, unit: string, out: NodeJS.WriteStream = process.stdout): Progress =>
  out.isTTY ? bar(total, unit) : lines(total, unit, (line) => out.write(`${line}\n`));
