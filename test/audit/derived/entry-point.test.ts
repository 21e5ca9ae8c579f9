import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { composeChecks } from '../../../src/audit/checks/compose.ts';
import { type EntryPoint, readEntryPoint, readEntryPoints } from '../../../src/audit/entry-point.ts';
import { LAUNCHER_PROGRAMS } from '../../../src/compose/programs.ts';
import { changed, goodInfo, LAUNCHER, policy, run, stated } from '../checks/support.ts';

const TWL = { program: 'trusted-workload-launcher' } as const;
const GIT = { program: 'git-launcher' } as const;

test.each<[unknown, EntryPoint]>([
  [['/usr/local/bin/trusted-workload-launcher'], TWL],
  [['/git-launcher'], GIT],
  [['/opt/a b/git-launcher'], GIT],
  [undefined, { other: 'none' }],
  [null, { other: 'none' }],
  [[], { other: '[]' }],
  ['', { other: '""' }],
  ['/usr/local/bin/git-launcher', { other: '"/usr/local/bin/git-launcher"' }],
  [{ 0: '/git-launcher' }, { other: '{"0":"/git-launcher"}' }],
  [[7], { other: '[7]' }],
  [['git-launcher'], { other: '["git-launcher"]' }],
  [['./git-launcher'], { other: '["./git-launcher"]' }],
  [['/bin/../git-launcher'], { other: '["/bin/../git-launcher"]' }],
  [['//git-launcher'], { other: '["//git-launcher"]' }],
  [['/git-launcher/'], { other: '["/git-launcher/"]' }],
  [['/xgit-launcher'], { other: '["/xgit-launcher"]' }],
  [['/git-launcherx'], { other: '["/git-launcherx"]' }],
  [['/git-launcher', '/x'], { other: '["/git-launcher","/x"]' }],
  [['/bin/sh', '/git-launcher'], { other: '["/bin/sh","/git-launcher"]' }],
  [['/usr/local/bin/mpc-launcher'], { other: '["/usr/local/bin/mpc-launcher"]' }],
  [['/usr/local/bin/twl-attest'], { other: '["/usr/local/bin/twl-attest"]' }],
  [['\u001b'], { other: '["\\u001b"]' }],
  [['x'.repeat(200)], { other: `["${'x'.repeat(118)}` }],
])('the entry point %j', (entryPoint, expected) => {
  expect(readEntryPoint(entryPoint)).toEqual(expected);
});

test.each<[readonly EntryPoint[], object]>([
  [[TWL], TWL],
  [[GIT, GIT], GIT],
  [[TWL, GIT], { flaw: 'its images for linux/amd64 start the launcher by different names' }],
  [[TWL, { other: 'none' }], { flaw: 'its entry point is none' }],
  [[], { flaw: 'its entry point is not known' }],
])('those of one digest, %j', (entryPoints, expected) => {
  expect(readEntryPoints(entryPoints)).toEqual(expected);
});

test('the images of this project start it, and the one in the place of NEAR’s launcher does not', () => {
  const stages = readFileSync('docker/Dockerfile', 'utf8')
    .split(/^FROM /m)
    .slice(1);
  const found = stages.flatMap((stage) => {
    const text = /^ENTRYPOINT (.*)$/m.exec(stage)?.[1];
    return text === undefined ? [] : [[/ AS (\S+)/.exec(stage)?.[1], readEntryPoint(JSON.parse(text))]];
  });
  expect(found).toEqual([
    ['launcher', TWL],
    ['mpc', TWL],
    ['mpc-drop-in', { other: '["/usr/local/bin/mpc-launcher"]' }],
  ]);
  // Its process 1 is the launcher by these names and by no other.
  const names = /^ {2}(.*)\) code=.*trusted-workload-launcher\.cjs/m.exec(readFileSync('docker/entry.sh', 'utf8'))?.[1];
  expect(names?.split(' | ')).toEqual(Object.keys(LAUNCHER_PROGRAMS));
});

const check = composeChecks.find(({ id }) => id === 'compose.launcher')!;
const judge = (entryPoints: readonly EntryPoint[], digest = LAUNCHER.digest) => {
  const value = { grammars: [], titles: [], entryPoints, notes: [], failures: [] };
  const images = { origin: 'a registry', value: [{ digest, contents: { origin: 'x', value } }] };
  return run(check, changed({ images }, goodInfo), policy({ launchers: [stated(LAUNCHER)] }));
};

test('an image that a policy names has to start what the policy says', () => {
  expect(judge([{ program: LAUNCHER.program }])).toMatchObject({ state: 'passed' });
  expect(judge([{ other: '["/bin/sh"]' }], `sha256:${'ab'.repeat(32)}`)).toMatchObject({ state: 'passed' });
  expect(judge([{ other: '["/bin/sh"]' }])).toEqual({
    state: 'failed',
    exit: 10,
    summary: `the image ${LAUNCHER.digest} does not start the launcher: its entry point is ["/bin/sh"]`,
    origins: [expect.stringContaining('tcb_info.app_compose'), 'a registry'],
    details: ['its entry point has to be the path of trusted-workload-launcher or git-launcher, and nothing else'],
    hint: 'use the image of a release, and in a policy the program that it starts',
  });
  const other = LAUNCHER.program === 'git-launcher' ? TWL : GIT;
  expect(judge([other])).toMatchObject({
    state: 'failed',
    summary: `the image ${LAUNCHER.digest} does not start the launcher: it starts the launcher as ${other.program}, not as ${LAUNCHER.program}`,
  });
});
