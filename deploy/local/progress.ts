const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const reminderMs = 15_000;

export type Progress = {
  /** Runs `work` as a named step: says when it is done, or that it failed, with the seconds it took. */
  step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** The same without the closing line, for a caller that prints a better one. */
  quietly: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  /** Prints lines without disturbing the steps under way. */
  say: (text: string) => void;
};

const secondsSince = (start: number): string => `${((Date.now() - start) / 1000).toFixed(1)} s`;

type Screen = { print: (text: string) => void; show: (status: string) => void };

const terminal = (out: NodeJS.WriteStream): Screen => ({
  print: (text) => out.write(`\r\x1b[K${text}\n`),
  show: (status) => out.write(`\r\x1b[K${status.slice(0, Math.max(20, out.columns - 1))}`),
});

const plain = (out: NodeJS.WriteStream): Screen => ({
  print: (text) => out.write(`${text}\n`),
  show: () => undefined,
});

/** On a terminal a spinner names the steps under way; elsewhere a line each 15 s does. */
export const createProgress = (isInteractive: boolean, out: NodeJS.WriteStream = process.stdout): Progress => {
  const underWay = new Map<string, number>();
  const screen = isInteractive ? terminal(out) : plain(out);
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;
  let lastReminder = 0;

  const status = () => [...underWay].map(([title, start]) => `${title} (${secondsSince(start)})`).join(', ');
  const tick = () => {
    frame += 1;
    screen.show(`${frames[frame % frames.length]} ${status()}`);
    if (isInteractive || Date.now() - lastReminder < reminderMs) return;
    lastReminder = Date.now();
    screen.print(`  … ${status()}`);
  };
  const enter = (title: string) => {
    if (underWay.size === 0) lastReminder = Date.now();
    underWay.set(title, Date.now());
    timer ??= setInterval(tick, isInteractive ? 100 : 1_000);
  };
  const leave = (title: string) => {
    underWay.delete(title);
    if (underWay.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    screen.show('');
  };

  const quietly = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    enter(title);
    try {
      return await work();
    } finally {
      leave(title);
    }
  };
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    const start = Date.now();
    try {
      const result = await quietly(title, work);
      screen.print(`✓ ${title} (${secondsSince(start)})`);
      return result;
    } catch (error) {
      screen.print(`✗ ${title} (${secondsSince(start)})`);
      throw error;
    }
  };
  return { step, quietly, say: screen.print };
};
