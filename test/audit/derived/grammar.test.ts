import { expect, test } from 'vitest';
import { composeChecks } from '../../../src/audit/checks/compose.ts';
import type { ImageContents } from '../../../src/audit/looked-image.ts';
import type { Part } from '../../../src/evidence/evidence.ts';
import { GRAMMAR_VERSION } from '../../../src/pin/canonical.ts';
import { RegistryError } from '../../../src/registry/errors.ts';
import { changed, goodInfo, LAUNCHER, policy, run, stated } from '../checks/support.ts';

const check = composeChecks.find(({ id }) => id === 'compose.pin')!;
const demands = policy({ launchers: [stated(LAUNCHER)] });
const STARTS = [{ program: LAUNCHER.program }];
const OWN = String(GRAMMAR_VERSION);

const judge = (contents: Part<ImageContents>, digest = LAUNCHER.digest) =>
  run(check, changed({ images: { origin: 'a registry', value: [{ digest, contents }] } }, goodInfo), demands);
const labelled = (...grammars: ImageContents['grammars']) =>
  judge({ origin: 'a registry', value: { grammars, titles: [], entryPoints: STARTS, notes: [], failures: [] } });

test('the version that this program reads passes, and says so', () => {
  for (const found of [labelled(OWN), labelled(OWN, OWN)]) {
    expect(found).toMatchObject({ state: 'passed', details: ['it is read by grammar 1, as the image does'] });
  }
});

test.each(['2', '0', '', '01', '1 ', ' 1', 'one'])('another one is not supported: %j', (version) => {
  for (const found of [labelled(version), labelled(OWN, version), labelled(undefined, version)]) {
    expect(found).toEqual({
      state: 'failed',
      exit: 20,
      summary: 'the launcher of the image reads a pin by other rules than those of this program',
      expected: 'grammar 1',
      found: `grammar ${version}`,
      source: 'built in',
      origins: [expect.stringContaining('tcb_info.app_compose'), 'a registry'],
      details: ['the image says so in its label com.trusted-workload-launcher.pin-grammar, which its digest covers'],
      hint: "use the version of this program that belongs to the deployment's launcher",
    });
  }
});

test('an image that does not say it, and one that was not looked into, pass and are told of', () => {
  const noLabel =
    'it is read by grammar 1; the image has no label com.trusted-workload-launcher.pin-grammar that says which one it reads';
  for (const found of [labelled(undefined), labelled(OWN, undefined)]) {
    expect(found).toMatchObject({ state: 'passed', details: [noLabel] });
  }
  const unseen = 'it is read by grammar 1; which one the image reads was not looked at: its config was not fetched';
  const other = judge(
    { origin: 'x', value: { grammars: ['2'], titles: [], entryPoints: STARTS, notes: [], failures: [] } },
    `sha256:${'ab'.repeat(32)}`,
  );
  expect(other).toMatchObject({ state: 'passed', details: [unseen] });
  expect(judge({ origin: 'x', error: new RegistryError('not-found', 'nothing is there') })).toMatchObject({
    state: 'passed',
    details: ['it is read by grammar 1; which one the image reads is not known: nothing is there'],
  });
});

test('a pin that is none is that, whatever the image reads', () => {
  const wrong = run(
    check,
    changed({
      images: {
        origin: 'x',
        value: [
          {
            digest: LAUNCHER.digest,
            contents: {
              origin: 'x',
              value: { grammars: ['2'], titles: [], entryPoints: STARTS, notes: [], failures: [] },
            },
          },
        ],
      },
    }),
    policy({ launchers: [] }),
  );
  expect(wrong.exit).not.toBe(20);
});
