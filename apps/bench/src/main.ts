import { cpus } from 'node:os';
import type { Figure } from './figure.ts';
import { benchConsumer, benchRelay } from './messaging.ts';
import { partsOfRun } from './parts.ts';

const events = 50_000;

const lineOf = ({ name, value, unit, aim }: Figure) =>
  `${name.padEnd(36)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit.padEnd(10)} ${aim ? `aim ${aim}` : ''}\n`;

const say = (text: string) => process.stdout.write(text);

const parts = partsOfRun();
say(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}; ${events} events of about 400 bytes, fsync on\n`,
);
for (const measure of [benchRelay, benchConsumer])
  for (const figure of await measure(parts, events)) say(lineOf(figure));
process.exit();
