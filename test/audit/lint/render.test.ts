import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LINT_SCHEMA, renderLintJson } from '../../../src/audit/lint/json.ts';
import { renderLintText } from '../../../src/audit/lint/text.ts';
import { COMPOSE_CHECK_IDS } from '../../../src/compose/findings.ts';
import { IMAGE, LAUNCHER, PIN, recommended } from '../../compose/support.ts';
import { look } from './support.ts';

const text = (...args: Parameters<typeof look>): string => renderLintText(look(...args), { color: false });
const app = (composeText: string, rest: object = {}): string =>
  JSON.stringify({
    manifest_version: 2,
    name: 'a',
    runner: 'docker-compose',
    docker_compose_file: composeText,
    ...rest,
  });

describe('as text', () => {
  test('a compose file that is clean', () => {
    expect(text(recommended(['ports: ["80:80"]']), {}, 'c.yml')).toBe(`what was looked at
  file      c.yml
  form      a compose file

taken for the launcher
  service   workload
  image     registry.example/launcher
  digest    sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  program   trusted-workload-launcher
  from      recognised by LAUNCHER_CONFIG; no policy names its image

the pin, as the launcher reads it
  REPO_URL=https://github.com/example/workload.git
  COMMIT_SHA=3b18e512dba79e4c8300dd08aeb37f8e728b8dad
  WORK_DIR=/srv/workload/checkout
  ENTRYPOINT_SCRIPT=tee-launch.sh
  SUBMODULES=no
  RECEIPT=auto

findings
  NOTE     compose.exposure
    in        c.yml:12
    at        services.workload.ports[0]
    found     workload opens the port 80:80
    hint      nothing, where this is meant

checks
  PASS     compose.launcher     the runner is named in app-compose.json, which
                                was not looked at
  PASS     compose.pin
  PASS     compose.pin-bound
  PASS     compose.override
  PASS     compose.environment  allowed_envs is in app-compose.json, which was
                                not looked at
  PASS     compose.sharing
  PASS     compose.services
  PASS     compose.persistence
  PASS     compose.images
  PASS     compose.commands
  PASS     compose.child-env
  PASS     compose.exposure     what else is open is said in app-compose.json,
                                which was not looked at
  N/A      compose.scripts: scripts are in app-compose.json; a compose file has
           none

notes
  - the defaults are those of trusted-workload-launcher; under the name
    git-launcher they are ENTRYPOINT_SCRIPT=entrypoint.sh, SUBMODULES=ignore

CLEAN (12 passed, 1 not applicable)
`);
  });

  test('a config that is none', () => {
    const said = text('COMMIT_SHA=x\n', {}, 'a.conf');
    expect(said).toMatch(
      /^what was looked at\n {2}file {6}a\.conf\n {2}form {6}a config\n\nfindings\n {2}FAIL {5}compose\.pin\n/,
    );
    expect(said).toContain('\n    in        a.conf:1\n    found     COMMIT_SHA must be');
    expect(said).toContain('\n  SKIP     compose.commands     there is no pin to look at\n');
    expect(said).toContain('\n  N/A      compose.launcher, compose.pin-bound, compose.override,\n');
    expect(said.endsWith('\n\nMALFORMED (0 passed, 1 failed, 1 not checked, 11 not applicable): compose.pin\n')).toBe(
      true,
    );
    expect(said).not.toContain('the pin, as');
    expect(said).not.toContain('taken for');
  });

  test('notes, the hash of an app-compose, and a place inside of it', () => {
    expect(text(PIN.join('\n'))).toMatch(
      /\nnotes\n {2}- the defaults are those of trusted-workload-launcher; under the name/,
    );
    const said = text(app(recommended(['user: "0"']), { public_logs: true }), {}, 'a.json');
    expect(said).toMatch(/\n {2}form {6}an app-compose\n {2}hash {6}[0-9a-f]{64}\n/);
    expect(said).toContain('\n    in        a.json: docker_compose_file:12\n');
    expect(said).toContain('\n    in        a.json\n    at        public_logs\n');
    expect(said).toContain('\nREJECTED (12 passed, 1 failed): compose.override\n');
  });

  test('what is not bound, and an image that is not there', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own variable
    const said = text(recommended().replace(IMAGE, '${IMAGE}'));
    expect(said).toContain('\n  image     (none that the text names)\n  program ');
    expect(said).toContain('\n  UNBOUND  compose.launcher\n');
    expect(said).toMatch(/\nNOT BOUND \(.*\): compose\.launcher, compose\.images\n$/);
  });

  test('in colour, and as wide as asked', () => {
    const report = look(recommended(['user: "0"', 'ports: ["80:80"]']));
    const coloured = renderLintText(report, { color: true });
    expect(coloured).toContain('\u001b[1;31mFAIL   \u001b[0m  compose.override\n');
    expect(coloured).toContain('\u001b[32mPASS   \u001b[0m  compose.pin\n');
    expect(coloured).toContain('\u001b[2mNOTE   \u001b[0m');
    expect(coloured).toContain('\u001b[2mN/A    \u001b[0m');
    expect(coloured).toContain('\u001b[1mfindings\u001b[0m');
    expect(coloured).toContain('\u001b[1mwhat was looked at\u001b[0m\n');
    const open = renderLintText(look(recommended().replace(`@${LAUNCHER}`, ':1')), { color: true });
    expect(open).toContain('\u001b[33mUNBOUND\u001b[0m  compose.launcher');
    expect(open).toContain('\u001b[33mSKIP   \u001b[0m  compose.override');
    expect(coloured).toMatch(/\n\u001b\[1;31mREJECTED .*\u001b\[0m\n$/);
    expect(renderLintText(look(recommended()), { color: true })).toMatch(/\n\u001b\[32mCLEAN .*\u001b\[0m\n$/);
    expect(renderLintText({ ...report, exit: 13, word: 'INCOMPLETE' }, { color: true })).toMatch(
      /\u001b\[33mINCOMPLETE /,
    );
    const widths = (width: number): number =>
      Math.max(
        ...renderLintText(look(recommended()), { color: false, width })
          .split('\n')
          .slice(0, -2)
          .map((line) => line.length),
      );
    expect(widths(120)).toBeGreaterThan(80);
    expect(widths(120)).toBeLessThanOrEqual(120);
    expect(widths(1)).toBe(widths(40));
  });

  test('nothing of the file reaches a terminal, or begins a line', () => {
    const hostile = recommended(['"user\\e[2J\\nCLEAN (13 passed)": 0']);
    const said = text(hostile, {}, 'a\u001b\nCLEAN.yml');
    expect(said).toMatch(/^[\n -~]*$/);
    expect(said.match(/^CLEAN/gm)).toBeNull();
  });
});

describe('as JSON', () => {
  test('every key is there', () => {
    const report = JSON.parse(renderLintJson(look(recommended(['ports: ["80:80"]']), {}, 'c.yml')));
    expect(report).toEqual({
      schema: 'trusted-workload-launcher/lint/v1',
      file: 'c.yml',
      form: 'compose',
      verdict: 'CLEAN',
      exit: 0,
      compose_hash: null,
      launchers: [
        {
          service: 'workload',
          image: IMAGE,
          digest: LAUNCHER,
          program: 'trusted-workload-launcher',
          source: 'recognised by LAUNCHER_CONFIG; no policy names its image',
        },
      ],
      pin: {
        canonical: [...PIN, 'ENTRYPOINT_SCRIPT=tee-launch.sh', 'SUBMODULES=no', 'RECEIPT=auto', ''].join('\n'),
        origin: 'LAUNCHER_CONFIG',
        line: 5,
      },
      checks: COMPOSE_CHECK_IDS.map((id) => ({
        id,
        state: id === 'compose.scripts' ? 'not-applicable' : 'passed',
        reason: ['compose.launcher', 'compose.environment', 'compose.scripts', 'compose.exposure'].includes(id)
          ? expect.stringContaining('app-compose.json')
          : null,
      })),
      findings: [
        {
          id: 'compose.exposure',
          severity: 'information',
          file: 'c.yml',
          inside: null,
          line: 12,
          path: 'services.workload.ports[0]',
          text: 'workload opens the port 80:80',
          hint: 'nothing, where this is meant',
        },
      ],
      notes: [expect.stringMatching(/^the defaults are those of /)],
    });
    expect(LINT_SCHEMA).toBe(report.schema);
  });

  test('null where there is nothing, and lines inside of an app-compose', () => {
    const config = JSON.parse(renderLintJson(look(PIN.join('\n'), {}, 'a.conf')));
    expect(config).toMatchObject({ form: 'config', launchers: [], pin: { origin: 'a.conf', line: null } });
    expect(config.notes).toHaveLength(1);
    expect(JSON.parse(renderLintJson(look('A=b')))).toMatchObject({ verdict: 'MALFORMED', exit: 30, pin: null });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own variable
    const open = JSON.parse(renderLintJson(look(app(recommended().replace(IMAGE, '${I}'), { public_logs: true }))));
    expect(open).toMatchObject({ compose_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(open.launchers).toMatchObject([{ image: null, digest: null }]);
    expect(open.findings[0]).toMatchObject({ line: 3, inside: 'docker_compose_file' });
    expect(open.findings.at(-1)).toMatchObject({ line: null, inside: null, path: 'public_logs' });
  });

  test('is ASCII', () => {
    expect(renderLintJson(look(recommended(['"\u202eé": 0']), {}, 'é.yml'))).toMatch(/^[\n -~]*$/);
  });
});

describe('a long command', () => {
  const command = `exec ${'node '.repeat(100)}\u202eend`;
  const pinned = [...PIN, `RUN_CMD=${command.replace('\u202e', '')}`];
  const lines = (rendered: string): string => rendered.replaceAll(/\n +/g, ' ');

  test('stands whole in the pin, and its finding says what was cut', () => {
    const given = command.replace('\u202e', '');
    const digest = createHash('sha256').update(given).digest('hex');
    for (const rendered of [text(recommended([], [], pinned)), text(pinned.join('\n'))]) {
      expect(lines(rendered)).toContain(`RUN_CMD=${given}`);
      expect(lines(rendered)).toContain('characters left out ...]');
      expect(lines(rendered)).toContain(` whole     in the pin above: ${given.length} bytes, SHA-256 ${digest} hint `);
    }
  });

  test('one that is shown whole has no such line', () => {
    const least = 'RUN_CMD is trusted as it stands: '.length;
    for (const [length, isCut] of [
      [400 - least, false],
      [401 - least, true],
    ] as const) {
      const rendered = text([...PIN, `RUN_CMD=${'x'.repeat(length)}`].join('\n'));
      expect([/^ {4}whole {5}/m.test(rendered), rendered.includes('left out')]).toEqual([isCut, isCut]);
    }
  });

  test('only a command is told of so', () => {
    const long = text(recommended([`labels: { a: "${'x'.repeat(500)}" }`, `mac_address: "${'x'.repeat(500)}"`]));
    expect(long).not.toMatch(/^ {4}whole/m);
  });
});

test('that a pin may lie in an image is noted where no text has one', () => {
  const note = 'a pin may lie in an image: lint opens no connection, and twl verify looks into it';
  const bare = (image: string): string => `services:\n  a:\n    image: ${image}\n`;
  expect(look(bare(IMAGE)).notes).toEqual([note]);
  expect(look(bare('nginx:1')).notes).toEqual([]);
  const launchers = [{ value: { digest: LAUNCHER, program: 'trusted-workload-launcher' as const }, source: 's' }];
  expect(look(bare(IMAGE), { launchers }).notes).toEqual([note]);
  expect(look(recommended(), { launchers }).notes).toEqual([]);
  expect(look(recommended()).notes).not.toContain(note);
});
