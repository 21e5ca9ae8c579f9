import { describe, expect, test } from 'vitest';
import { composeOf, configLayer, putDerived } from '../audit/derived/support.ts';
import { DEFAULT_PIN, LAUNCHER_IMAGE } from '../mocks/deployment/app-compose.ts';
import { Shelf, useRegistry } from '../registry/fake-registry.ts';
import { call, lastLine } from './support/called.ts';
import { policyFor, save } from './support/saved.ts';

const LAUNCHER = LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1);

/** A saved deployment of a derived image that lies at a registry on loopback, and a policy that names its lower image. */
const deployed = async (annotations?: Readonly<Record<string, string>>) => {
  const shelf = new Shelf();
  const layers = [configLayer(DEFAULT_PIN)];
  const { digest, base } = putDerived(shelf, { layers, ...(annotations === undefined ? {} : { annotations }) });
  const { repository, requests } = await useRegistry(shelf);
  const saved = save({ composeFile: composeOf(`${repository.name}@${digest}`) });
  const policy = policyFor(saved.deployment).replace(LAUNCHER, base);
  const good = saved.good.with(-1, saved.write('derived.toml', policy));
  return { ...saved, good, registry: repository.name.split('/')[0]!, name: repository.name, digest, base, requests };
};

const stateOf = (stdout: string, id: string): string =>
  (JSON.parse(stdout).checks as { id: string; state: string }[]).find((one) => one.id === id)!.state;

describe('twl verify of a derived image', () => {
  test('step 1 alone looks into it, and passes', async () => {
    const { info, good, registry, name, digest } = await deployed();
    const called = await call(['verify', info, ...good, '--only', 'attestation', '--registry', registry]);
    expect(lastLine(called)).toMatch(/^SIMULATED: PASSED \(attestation only/);
    expect(called).toMatchObject({
      exit: 0,
      stderr: `twl: note: looking into the image ${name}@${digest} for a pin\n`,
    });
  });

  test('offline it does not, and says so', async () => {
    const { info, good, registry, requests } = await deployed();
    const { exit, stdout, stderr } = await call([
      ...['verify', info, ...good, '--only', 'attestation', '--registry', registry, '--offline', '--json'],
    ]);
    expect([exit, stderr, requests]).toEqual([13, '', []]);
    expect(stateOf(stdout, 'compose.launcher')).toBe('not-checked');
  });

  test('one that does not name its base is led to it', async () => {
    const { info, registry, name, base, good } = await deployed({});
    // Without the policy, which names it as well.
    const args = ['verify', info, ...good.slice(0, -2), '--only', 'attestation', '--registry', registry, '--json'];
    const alone = await call(args);
    expect(stateOf(alone.stdout, 'compose.launcher')).toBe('not-checked');
    const led = await call([...args, '--base', `${name}@${base}`]);
    expect(stateOf(led.stdout, 'compose.launcher')).toBe('passed');
  });
});
