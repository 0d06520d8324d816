import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './parts/process.ts';

/** Opens `<folder>/<name>.log` for this start; the former start's log becomes `<name>.1.log`. */
export const openLog = (folder: string, name: string): Log => {
  const file = join(folder, `${name}.log`);
  if (existsSync(file)) renameSync(file, join(folder, `${name}.1.log`));
  const stream = createWriteStream(file, { flags: 'a' });
  stream.on('error', (error) => process.stderr.write(`The log ${file} cannot be written: ${error.message}\n`));
  return (line) => void stream.write(`${line}\n`);
};
