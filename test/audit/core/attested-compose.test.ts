import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AttestedCompose, readAttestedCompose } from '../../../src/audit/attested-compose.ts';
import { findScript, KNOWN_SCRIPTS } from '../../../src/audit/known-scripts.ts';
import { EMPTY_POLICY, type Policy } from '../../../src/audit/policy/policy.ts';
import { ComposeError } from '../../../src/compose/errors.ts';
import { composeFile, DEFAULT_PIN } from '../../mocks/deployment/app-compose.ts';
import { composeWith } from '../checks/launcher-support.ts';
import { LAUNCHER, stated } from '../checks/support.ts';

const appCompose = (docker_compose_file: string | undefined, keys: object = {}): Uint8Array =>
  Buffer.from(
    JSON.stringify({ manifest_version: 2, name: 'x', runner: 'docker-compose', docker_compose_file, ...keys }),
  );
const read = (
  text: string | undefined = composeFile(),
  demands: Partial<Policy> = {},
  keys?: object,
): AttestedCompose => readAttestedCompose(appCompose(text, keys), { ...EMPTY_POLICY, ...demands });

const OTHER = `sha256:${'52'.repeat(32)}`;
const PREDECESSOR = { ...LAUNCHER, program: 'git-launcher' as const };

describe('which images are a launcher’s', () => {
  test('those of the policy, and no others, whatever the compose proposes', () => {
    const { launchers, launcherSource, review } = read(composeFile(), {
      launchers: [
        stated({ ...LAUNCHER, digest: OTHER }, 'a line 1'),
        stated({ ...LAUNCHER, digest: OTHER }, 'b line 2'),
      ],
    });
    expect(launchers).toEqual([
      { ...LAUNCHER, digest: OTHER },
      { ...LAUNCHER, digest: OTHER },
    ]);
    expect(launcherSource).toBe('a line 1, b line 2');
    expect(review.launcher).toBeUndefined();
    expect(review.results['compose.launcher'].state).toBe('failed');
  });

  test('a policy that names none finds none', () => {
    const { launchers, launcherSource } = read(composeFile(), { launchers: [] });
    expect(launchers).toEqual([]);
    expect(launcherSource).toBe('');
  });

  test('without a policy what the compose gives a pin to, said by nobody', () => {
    const { launchers, launcherSource, review } = read();
    expect(launchers).toEqual([LAUNCHER]);
    expect(launcherSource).toBeUndefined();
    expect(review.launcher?.name).toBe('workload');
  });

  test('an image without a digest is no proposal', () => {
    expect(read(composeWith(/@sha256:.*/, ':1')).launchers).toEqual([]);
    expect(read(composeWith(/image: .*/, 'build: .')).launchers).toEqual([]);
    expect(read('services: { web: { image: nginx } }').launchers).toEqual([]);
  });

  test('two services with a pin are two proposals, and then no launcher', () => {
    const second = composeWith(
      'services:',
      `services:\n  second: { image: "a@${OTHER}", environment: { LAUNCHER_CONFIG: x } }`,
    );
    const { launchers, review } = read(second);
    expect(launchers.map(({ digest }) => digest).toSorted()).toEqual([LAUNCHER.digest, OTHER].toSorted());
    expect(review.launcher).toBeUndefined();
    expect(review.results['compose.launcher'].state).toBe('failed');
    // A policy decides which of the two it is; the other one is a neighbour.
    const decided = read(second, { launchers: [stated(LAUNCHER)] });
    expect(decided.review.launcher?.name).toBe('workload');
    expect(decided.review.results['compose.services'].state).toBe('failed');
  });
});

describe('by which name a proposal is called', () => {
  const programs = (text: string) => read(text).launchers.map(({ program }) => program);

  test.each([
    [composeFile(), 'trusted-workload-launcher'],
    [composeWith('example/trusted-workload-launcher', 'example/git-launcher'), 'git-launcher'],
    [composeWith('example/trusted-workload-launcher', 'example/my-git-launcher'), 'trusted-workload-launcher'],
    [composeWith('    volumes:', '    volumes:\n      - ./c:/etc/git-launcher/config.conf:ro'), 'git-launcher'],
    [composeWith('    volumes:', '    volumes:\n      - ./c:/etc/git-launcher/config:ro'), 'trusted-workload-launcher'],
  ])('case %#', (text, program) => {
    expect(programs(text)).toEqual([program]);
  });

  test('it is open only where the two names read another pin, and nobody said which', () => {
    const whole = `${DEFAULT_PIN}\nENTRYPOINT_SCRIPT=a.sh\nSUBMODULES=no`;
    expect(read().isProgramOpen).toBe(true);
    expect(read(composeFile({ pin: `${DEFAULT_PIN}\nENTRYPOINT_SCRIPT=a.sh` })).isProgramOpen).toBe(true);
    expect(read(composeFile({ pin: whole })).isProgramOpen).toBe(false);
    expect(read(composeFile(), { launchers: [stated(LAUNCHER)] }).isProgramOpen).toBe(false);
    expect(read('services: { web: { image: nginx } }').isProgramOpen).toBe(false);
    expect(read(composeFile({ pin: 'no pin' })).isProgramOpen).toBe(false);
  });

  test('the defaults of the pin are those of the name that the policy states', () => {
    const entry = (launcher: typeof LAUNCHER) =>
      read(composeFile(), { launchers: [stated(launcher)] }).review.pin?.mode;
    expect(entry(LAUNCHER)).toMatchObject({ kind: 'default', entrypointScript: 'tee-launch.sh' });
    expect(entry(PREDECESSOR)).toMatchObject({ kind: 'default', entrypointScript: 'entrypoint.sh' });
  });
});

describe('what the policy lets run beside it', () => {
  const neighbour = composeWith('services:', `services:\n  web: { image: "nginx@${OTHER}" }`);

  test('a neighbour that is admitted, and where', () => {
    const services = [{ value: { digest: OTHER }, reason: 'a test', source: 'org.toml line 7' }];
    const { review } = read(neighbour, { services });
    expect(review.results['compose.services']).toMatchObject({ state: 'passed' });
    expect(review.results['compose.services'].findings[0]?.text).toContain('org.toml line 7');
    expect(read(neighbour).review.results['compose.services'].state).toBe('failed');
  });

  test('a script that is admitted; one that is only known here is not', () => {
    const text = 'echo hello\n';
    const sha256 = createHash('sha256').update(text).digest('hex');
    const keys = { pre_launch_script: text };
    expect(read(composeFile(), {}, keys).review.results['compose.scripts'].state).toBe('failed');
    expect(read(composeFile(), {}, keys).scripts).toEqual([]);
    const scripts = [{ value: { sha256, name: 'hello' }, reason: 'a test', source: 'org.toml line 8' }];
    expect(read(composeFile(), { scripts }, keys).review.results['compose.scripts'].state).toBe('passed');
  });
});

describe('scripts that are known', () => {
  test('are found by the hash and by nothing else', () => {
    for (const script of KNOWN_SCRIPTS) expect(findScript(script.sha256)).toBe(script);
    expect(findScript('')).toBeUndefined();
    expect(findScript('00'.repeat(32))).toBeUndefined();
  });

  test('each has what a reader needs', () => {
    for (const { sha256, name, origin, remarks } of KNOWN_SCRIPTS) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(name).not.toBe('');
      expect(origin).toMatch(/\([A-Za-z0-9.-]+\)/);
      for (const remark of remarks) expect(remark).toMatch(/^[a-z].*[^.]$/);
    }
  });
});

describe('what cannot be read', () => {
  test('a compose file that is no YAML', () => {
    expect(() => read('a: [')).toThrow(ComposeError);
  });

  test.each(['hello', '[]', '"x"', ''])('an app-compose that is %j', (text) => {
    expect(() => readAttestedCompose(Buffer.from(text), EMPTY_POLICY)).toThrow(/app-compose\.json/);
  });

  test('a runner that reads no compose file: its text is not read either', () => {
    const { launchers, review } = read('a: [', {}, { runner: 'bash' });
    expect(launchers).toEqual([]);
    expect(review.file).toBeUndefined();
    expect(review.results['compose.launcher'].state).toBe('failed');
    expect(readAttestedCompose(appCompose(undefined), EMPTY_POLICY).launchers).toEqual([]);
  });
});
