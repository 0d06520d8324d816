import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockState, prepareState, statePaths, writeRunning } from './state.ts';
import type { RunningTierline, StatePaths } from './state.ts';

const endedPid = 2 ** 22 + 1;
const nobody = () => Promise.resolve(false);
const everybody = () => Promise.resolve(true);

describe('the state folder', () => {
  let paths: StatePaths;
  beforeEach(async () => {
    paths = statePaths(join(await mkdtemp(join(tmpdir(), 'tierline-state-')), 'state'));
  });
  afterEach(() => rm(join(paths.folder, '..'), { recursive: true }));

  it('is held by one start until that gives it back', async () => {
    const unlock = await lockState(paths);
    expect(await readdir(paths.folder)).toEqual(['lock']);
    await unlock();
    expect(await readdir(paths.folder)).toEqual([]);
  });

  it('is refused while another start runs on it, naming its pid', async () => {
    await mkdir(paths.folder);
    await writeFile(paths.lock, '4711\n');
    await expect(lockState(paths, everybody)).rejects.toThrow('Tierline already runs here (pid 4711');
  });

  it('is taken over from a start that died', async () => {
    await mkdir(paths.folder);
    await writeFile(paths.lock, `${endedPid}\n`);
    const unlock = await lockState(paths, nobody);
    await unlock();
  });

  it('goes to exactly one of two starts that race for a stale lock', async () => {
    const taken = lockState(paths, nobody);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await writeFile(paths.lock, '4711\n');
    await expect(taken).rejects.toThrow('already runs here (pid 4711');
  });

  it('keeps its data at an ordinary start and loses it with --fresh', async () => {
    await lockState(paths);
    await prepareState(paths, false);
    await writeFile(paths.demo, '');
    await prepareState(paths, false);
    expect(await readdir(paths.folder)).toContain('demo-loaded');
    await prepareState(paths, true);
    expect((await readdir(paths.folder)).sort()).toEqual(['lock', 'logs', 'pids']);
  });

  it('is not deleted when it holds what Tierline did not make', async () => {
    await lockState(paths);
    const diary = join(paths.folder, 'diary.txt');
    await writeFile(diary, 'mine');
    await expect(prepareState(paths, true)).rejects.toThrow(diary);
    expect((await stat(diary)).isFile()).toBe(true);
  });

  it('hides the passwords of what runs from other users', async () => {
    await mkdir(paths.folder);
    await writeRunning(paths, { pid: 1 } as RunningTierline);
    expect((await stat(paths.running)).mode & 0o777).toBe(0o600);
  });
});
