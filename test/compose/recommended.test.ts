import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LAUNCHER_PROGRAMS } from '../../src/compose/programs.ts';
import { CONFIG_VARIABLE } from '../../src/launcher/config-source.ts';
import { programByName } from '../../src/launcher/programs.ts';
import { COMPOSE_CHECK_IDS } from '../../src/compose/findings.ts';
import { PIN_VARIABLE } from '../../src/compose/programs.ts';
import { COMMIT, EXPECTED, LAUNCHER, recommended, review, said, troubles } from './support.ts';

const example = readFileSync(
  fileURLToPath(new URL('../../examples/compose-mounted/docker-compose.yml', import.meta.url)),
  'utf8',
);

describe('the recommended deployment', () => {
  test('passes every check without a word', () => {
    const found = review(recommended());
    expect(troubles(found)).toEqual({});
    expect(COMPOSE_CHECK_IDS.flatMap((id) => said(found, id, true))).toEqual([]);
    expect(Object.keys(found.results).sort()).toEqual([...COMPOSE_CHECK_IDS].sort());
    expect(found.launcher?.name).toBe('workload');
    expect(found.program?.name).toBe('trusted-workload-launcher');
    expect(found.pin).toMatchObject({
      commitSha: COMMIT,
      mode: { entrypointScript: 'tee-launch.sh' },
      submodules: 'no',
    });
    expect(found.pinText).toMatchObject({
      origin: 'LAUNCHER_CONFIG',
      line: 5,
      firstLine: 6,
      path: 'services.workload.environment.LAUNCHER_CONFIG',
    });
    expect(found.file?.services).toHaveLength(1);
  });

  test('is the example of this project, with the digest filled in', () => {
    const found = review(example.replace(/sha256:0{64}/, LAUNCHER));
    expect(troubles(found)).toEqual({});
    expect(COMPOSE_CHECK_IDS.flatMap((id) => said(found, id, true))).toEqual([]);
  });

  test('is judged by the digest that was expected', () => {
    const found = review(recommended(), { launchers: [] });
    expect(said(found, 'compose.launcher')).toEqual([
      `3 failed services.workload.image: the image of workload, which looks like the launcher, is ${LAUNCHER}; expected: none was given`,
    ]);
    expect(found).toMatchObject({ launcher: undefined, program: undefined, pin: undefined, pinText: undefined });
    expect(troubles(found)).toMatchObject({
      'compose.launcher': 'failed',
      'compose.pin': 'not-checked',
      'compose.pin-bound': 'not-checked',
      'compose.override': 'not-checked',
      'compose.sharing': 'not-checked',
      'compose.persistence': 'not-checked',
      'compose.commands': 'not-checked',
      'compose.child-env': 'not-checked',
    });
    expect(said(found, 'compose.pin', true)).toEqual([
      "- information : the launcher's service was not found, or is not the only one",
    ]);
  });
});

describe('what the launcher itself says', () => {
  test.each(Object.values(LAUNCHER_PROGRAMS))('$name', (program) => {
    expect(programByName(program.name)).toEqual(program);
  });

  test('the names of the digests that are expected are programs', () => {
    expect(EXPECTED.launchers.map(({ program }) => program)).toEqual(Object.keys(LAUNCHER_PROGRAMS));
  });

  test('the variable of the pin', () => {
    expect(PIN_VARIABLE).toBe(CONFIG_VARIABLE);
  });
});
