import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { SourceError } from '../../src/source/errors.ts';
import { objectId } from '../../src/source/objects/object-id.ts';
import { noteBlob } from '../../src/source/tree-sha256.ts';
import type { SourceContext } from '../../src/source/unit.ts';
import { expectRan, type Launched, leftoversIn, type PinValues, useStand } from '../faults/support.ts';
import * as behave from '../support/behaviours.ts';
import { makeRepository } from '../support/repositories.ts';
import type { RunOptions } from '../support/run-launcher.ts';
import { listFolder } from './support/files.ts';
import { write } from './support/git-plants.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/trusted-workload-launcher', import.meta.url));
const TEXT = 'text of the commit\n';
const ENTRY = { mode: '100755', content: '#!/bin/bash\necho workload ran\n' } as const;
const FILES = { 'tee-launch.sh': ENTRY, 'data/more/text': TEXT, 'data/x': 'x\n' };
const stand = useStand({ files: FILES });
let next: string;
let treeSha256: string;

beforeAll(async () => {
  const twin = stand.scratch.join('twin.git');
  const files = { 'a.txt': 'a\n'.repeat(3000), 'd/ln': { symlink: '../a.txt' }, ...FILES };
  treeSha256 = await (await makeRepository({ files, path: twin, format: 'sha256' })).tree();
  next = await stand.repository.commitAgain({ 'data/x': 'next\n' });
});

type Pin = PinValues & { WORK_DIR: string };

const stateOf = ({ WORK_DIR }: Pin): string => `${WORK_DIR}/.git/trusted-workload-launcher`;

/** A checkout that has been launched once. */
const launchedOnce = async (values: PinValues = {}, options: RunOptions = {}): Promise<Pin> => {
  const pin = stand.pin(values);
  expectRan(await stand.launch(pin, options));
  return pin;
};

/** The pinned bytes have run, and are what is there. */
const expectHealed = (launched: Launched, pin: Pin, x = 'x\n'): void => {
  expectRan(launched);
  expect(launched.stderr).not.toMatch(/internal|RangeError|heap/i);
  expect(readFileSync(`${pin.WORK_DIR}/data/more/text`, 'utf8')).toBe(TEXT);
  expect(readFileSync(`${pin.WORK_DIR}/data/x`, 'utf8')).toBe(x);
  expect(readdirSync(pin.WORK_DIR).sort()).toEqual(['.git', 'a.txt', 'd', 'data', 'tee-launch.sh']);
  expect(leftoversIn(pin.WORK_DIR).filter((name) => !/^(?:lock|trash|refresh)/.test(name))).toEqual([]);
};

/** From here on the server has nothing to say. */
const endServer = (): void => {
  stand.server.requests.length = 0;
  stand.server.behave(behave.always({ reply: { status: 503, body: 'gone\n' } }));
};

describe('the SHA-256 names of blobs', () => {
  const context = { pin: { objectFormat: 'sha1' }, wantsTreeSha256: true, blobSha256: new Map() };
  const id = 'a'.repeat(40);

  test('one id with two contents is a collision, whichever came first', () => {
    const note = noteBlob(context as unknown as SourceContext)!;
    note(id, Buffer.from('one'));
    note(id, Buffer.from('one'));
    let thrown: unknown;
    try {
      note(id, Buffer.from('two'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SourceError);
    expect((thrown as SourceError).code).toBe('sha1-collision');
    expect(context.blobSha256.get(id)).toBe(objectId('sha256', 'blob', Buffer.from('one')));
  });
});

describe('folders that cannot be written to', () => {
  const isRoot = process.geteuid?.() === 0;
  const dropping = ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'];
  const mayDrop = !isRoot || spawnSync('setpriv', [...dropping, '/bin/true']).status === 0;
  const skipped = mayDrop ? '' : ' (skipped: setpriv is not there, or may not drop capabilities)';

  /** As a user to whom the modes of files apply. */
  const withoutCapabilities = (): string => {
    if (!isRoot) return PROGRAM;
    const wrapper = stand.scratch.join('without-capabilities');
    write(wrapper, `#!/bin/sh\nexec setpriv ${dropping.join(' ')} '${PROGRAM}' "$@"\n`, 0o755);
    return wrapper;
  };

  describe.skipIf(!mayDrop)(`left by the workload${skipped}`, () => {
    test.each([
      ['a-w', 'the same commit'],
      ['a-w', 'another commit'],
      ['a-rwx', 'the same commit'],
      ['a-rwx', 'another commit'],
    ])('chmod -R %s, launched with %s', async (mode, which) => {
      const program = withoutCapabilities();
      const pin = await launchedOnce({}, { program });
      mkdirSync(`${pin.WORK_DIR}/a/b`, { recursive: true });
      writeFileSync(`${pin.WORK_DIR}/a/b/file`, 'x');
      execFileSync('/bin/chmod', ['-R', mode, `${pin.WORK_DIR}/a`]);
      const isNext = which === 'another commit';
      const values = isNext ? { ...pin, COMMIT_SHA: next } : pin;
      expectHealed(await stand.launch(values, { program }), pin, isNext ? 'next\n' : 'x\n');
      // What was put aside is gone when the next start is over.
      expectHealed(await stand.launch(values, { program }), pin, isNext ? 'next\n' : 'x\n');
      expect(leftoversIn(pin.WORK_DIR).filter((name) => name !== 'lock').length).toBeLessThanOrEqual(2);
    });
  });

  test('the set-group-ID bit, which subfolders inherit, changes nothing', async () => {
    const later = await launchedOnce();
    const folders = ['', '/data', '/data/more', '/d'];
    for (const folder of folders) chmodSync(later.WORK_DIR + folder, 0o2755);
    const before = stand.freshWorkDir();
    mkdirSync(before, { recursive: true });
    chmodSync(before, 0o2755);
    const earlier = await launchedOnce({ WORK_DIR: before });
    endServer();
    for (const pin of [later, earlier, later, earlier]) {
      const launched = await stand.launch(pin);
      expectHealed(launched, pin);
      expect(launched.stderr).not.toMatch(/differs|restored/);
    }
    expect(stand.server.requests).toEqual([]);
  });
});

describe('files as large as a file system takes them', () => {
  test.each(['without TREE_SHA256', 'with TREE_SHA256'])('eight terabytes of nothing, %s', async (which) => {
    const pin = await launchedOnce(which.startsWith('without') ? {} : { TREE_SHA256: treeSha256 });
    truncateSync(`${pin.WORK_DIR}/data/more/text`, 8 * 10 ** 12);
    const launched = await stand.launch(pin, { timeoutMs: 20_000 });
    expectHealed(launched, pin);
    expect(launched.durationMs).toBeLessThan(10_000);
  });
});

test('a record of three million objects is no record', async () => {
  const pin = await launchedOnce();
  const entries = Buffer.alloc(9 * 3_000_000);
  for (let i = 0; i < 3_000_000; i++) {
    entries.write('t', 9 * i, 'latin1');
    entries.writeUInt32BE(4, 9 * i + 1);
    entries.writeUInt32BE(i, 9 * i + 5);
  }
  appendFileSync(`${stateOf(pin)}/objects`, entries);
  const launched = await stand.launch(pin, { timeoutMs: 20_000 });
  expectHealed(launched, pin);
  expect(launched.durationMs).toBeLessThan(5000);
});

test.each(['quarantine', '0.quarantine', '0/quarantine'])(
  'a leftover that is a link to a folder with a pack at %s: nothing is taken from there',
  async (place) => {
    const pin = await launchedOnce();
    const outside = `${pin.WORK_DIR}-outside`;
    const pack = `${outside}/${place}/objects/pack/pack-${'0123456789'.repeat(4)}.pack`;
    write(pack, 'PACK');
    write(`${outside}/precious`, 'precious\n');
    write(`${outside}/${place}/precious`, 'precious\n');
    for (const name of readdirSync(`${pin.WORK_DIR}/.git/objects/pack`)) {
      rmSync(`${pin.WORK_DIR}/.git/objects/pack/${name}`);
    }
    rmSync(`${stateOf(pin)}/quarantine`, { recursive: true, force: true });
    symlinkSync(outside, `${stateOf(pin)}/trash-00`);
    const before = listFolder(outside);
    expectHealed(await stand.launch(pin), pin);
    expect(listFolder(outside)).toEqual(before);
    expect(existsSync(`${stateOf(pin)}/trash-00`)).toBe(false);
  },
);

test('a workload that commits and tidies up: its files are restored from what was kept', async () => {
  const pin = await launchedOnce();
  const author = '-c user.name=x -c user.email=x@example.com';
  const RUN_CMD = `git ${author} commit -q --allow-empty -m own && git gc -q && git log --oneline | wc -l`;
  const committed = await stand.launch({ ...pin, RUN_CMD });
  expect({ code: committed.code, stdout: committed.stdout.trim() }, committed.stderr).toEqual({ code: 0, stdout: '2' });
  write(`${pin.WORK_DIR}/data/x`, 'EVIL\n');
  endServer();
  expectHealed(await stand.launch(pin), pin);
  expect(stand.server.requests).toEqual([]);
});
