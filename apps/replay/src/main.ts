import { readFile } from 'node:fs/promises';
import { openApi } from './api.ts';
import { parseArguments, usage } from './arguments.ts';
import { readConfig } from './config.ts';
import { Refusal } from './refusal.ts';
import { replay } from './replay.ts';
import { scriptOf } from './script.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const readLog = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Refusal(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${message}.`, {
      cause,
    });
  }
};

const run = async (args: readonly string[]): Promise<number> => {
  const request = parseArguments(args);
  if (request.kind === 'help') {
    say(usage);
    return 0;
  }
  const { url, keyFile } = readConfig(process.env);
  const script = scriptOf(request, request.kind === 'log' ? await readLog(request.file) : '', new Date());
  const api = await openApi({ url, keyFile, tenant: script.tenant, connections: request.concurrency });
  try {
    return (await replay(api, script, request.concurrency, say)) ? 0 : 2;
  } finally {
    await api.close();
  }
};

try {
  process.exit(await run(process.argv.slice(2)));
} catch (error) {
  const { name, message, stack } = error as Error;
  const isPlain = ['Refusal', 'UnusableLog', 'Refused', 'WentWrong'].includes(name);
  process.stderr.write(`${isPlain ? message : stack}\n`);
  process.exit(1);
}
