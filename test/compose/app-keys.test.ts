// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { JsonError } from '../../src/base/json-error.ts';
import { appFactsOf } from '../../src/compose/app-facts.ts';
import { reviewCompose } from '../../src/compose/review.ts';
import { app, EXPECTED, recommended, review, said, troubles } from './support.ts';

const scripts = (rest: Record<string, unknown>, text = recommended()): string[] =>
  said(review(text, {}, rest), 'compose.scripts', true);
const volume = (target: unknown) => ({ verity_volumes: [{ source: 'x', verity_root: 'aa', target }] });
const system = (path: string): string =>
  `- failed verity_volumes[0]: it is mounted at ${path}, over files of the machine`;

describe('volumes that the machine mounts for itself', () => {
  test.each(['/usr/bin', '/opt/x', '/lib32', '/var/lib/docker', '/run/dstack.sock', '/dstack/user_config', '/tapp'])(
    '%s is of the machine',
    (target) => {
      expect(scripts(volume(target))).toEqual([system(target)]);
      expect(troubles(review(recommended(), {}, volume(target)))).toEqual({ 'compose.scripts': 'failed' });
    },
  );

  const work = (path: string): string =>
    `- failed verity_volumes[0]: it is mounted at ${path}, over the work directory`;

  test('the work directory, in the container and on the machine', () => {
    expect(scripts(volume('/'))).toEqual([work('/')]);
    expect(scripts(volume('/srv/workload'))).toEqual([work('/srv/workload')]);
    expect(scripts(volume('/srv/workload/checkout/x'))).toEqual([work('/srv/workload/checkout/x')]);
    const bound = recommended([
      'volumes: ["/data/job:/srv/workload", "/data/rest:/rest", "named:/srv/workload/checkout"]',
    ]);
    expect(scripts(volume('/data/job/a'), bound)).toEqual([work('/data/job/a')]);
    expect(scripts(volume('/data/rest'), bound)[0]).toMatch(/^- information /);
    const unknown = recommended(['volumes: ["/data/job:${T}"]']);
    expect(scripts(volume('/data/job'), unknown)[0]).toMatch(/^- information /);
  });

  test('a folder of its own is told', () => {
    const found = review(
      recommended(),
      {},
      { verity_volumes: [volume('/models').verity_volumes[0], { target: '/x/../y' }] },
    );
    expect(said(found, 'compose.scripts', true)).toEqual([
      '- information verity_volumes[0]: a data volume is mounted on the machine at /models',
      '- information verity_volumes[1]: a data volume is mounted on the machine at /y',
    ]);
    expect(troubles(found)).toEqual({});
  });

  test.each([undefined, null, 'relative', ''])('a target that is %j', (target) => {
    expect(scripts(volume(target))).toEqual([
      '- failed verity_volumes[0]: where this volume is mounted on the machine cannot be read',
    ]);
  });

  test('are looked at without a pin, and without a compose file', () => {
    expect(scripts(volume('/usr'), 'services: {a: {image: x}}\n')).toEqual([system('/usr')]);
    expect(scripts({ ...volume('/usr'), runner: 'bash' })).toEqual([system('/usr')]);
    const noPin = `services: {a: {image: "${review(recommended()).launcher?.image?.name}@sha256:${'a'.repeat(64)}"}}\n`;
    expect(scripts(volume('/srv/workload'), noPin)[0]).toMatch(/^- information /);
  });

  test.each([{ verity_volumes: 'x' }, { verity_volumes: ['x'] }, volume(1)])('%j is of another type', (app) => {
    expect(() => appFactsOf(app)).toThrow(JsonError);
    expect(() => appFactsOf(app)).toThrow('verity_volumes');
  });
});

test('facts without an app-compose.json have none of these keys', () => {
  const { runner, composeText, allowedEnvs, scripts: known, exposure } = app(recommended());
  const found = reviewCompose({ runner, composeText, allowedEnvs, scripts: known, exposure }, EXPECTED);
  expect(troubles(found)).toEqual({});
  expect(said(found, 'compose.scripts', true)).toEqual([]);
});

describe('docker_config', () => {
  test.each([{ insecure: true }, { url: 'https://mirror.example' }, { a: { b: ['x'] } }, { n: 0 }, 'x'])(
    '%j',
    (value) => {
      const found = review(recommended(), {}, { docker_config: value });
      expect(said(found, 'compose.scripts', true)).toEqual([
        '- failed docker_config: docker_config changes where the engine gets images from, or as whom',
      ]);
      expect(troubles(found)).toEqual({ 'compose.scripts': 'failed' });
    },
  );

  test.each([null, '', {}, { username: '', password: '', registry: null, insecure: false, more: [] }])(
    '%j says nothing',
    (value) => {
      expect(scripts({ docker_config: value })).toEqual([]);
    },
  );
});

describe('keys that dstack does not know', () => {
  test('are told', () => {
    const found = review(recommended(), {}, { salt: 'x', manifest_version: 3, constructor: 1 });
    expect(said(found, 'compose.scripts', true)).toEqual([
      '- information salt: salt is no key of app-compose that is known here',
      '- information constructor: constructor is no key of app-compose that is known here',
    ]);
    expect(troubles(found)).toEqual({});
  });

  test('the known ones are quiet', () => {
    const names = [
      ['bash_script', 'event_log_version', 'features', 'init_script', 'key_provider', 'key_provider_id', 'kms_enabled'],
      ['local_key_provider_enabled', 'manifest_version', 'name', 'no_instance_id', 'port_policy', 'pre_launch_script'],
      ['requirements', 'secure_time', 'snapshotter', 'storage_fs', 'swap_size', 'tproxy_enabled', 'verity_volumes'],
      ['allowed_envs', 'docker_compose_file', 'docker_config', 'gateway_enabled', 'public_logs', 'public_sysinfo'],
      ['public_tcbinfo', 'runner'],
    ].flat();
    expect(appFactsOf(Object.fromEntries(names.map((name) => [name, null]))).strangeKeys).toEqual([]);
  });
});
