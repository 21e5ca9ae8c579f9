// Which image of the launcher's repository is built: images on a registry on loopback say it, derived ones of the image below.
import { describe, expect, test } from 'vitest';
import { composeFile } from '../../mocks/deployment/app-compose.ts';
import { DEFAULT_PIN, LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { call } from '../../cli/support/called.ts';
import { policyFor, save } from '../../cli/support/saved.ts';
import { Shelf, useRegistry } from '../../registry/fake-registry.ts';
import { bundleOn, composeOf, configLayer, LAUNCHER_TAR, putDerived, SETTINGS } from '../derived/support.ts';
import { sigstore } from '../steps/support/story.ts';
import { makeClone } from './clone.ts';

const TITLE = 'org.opencontainers.image.title';
const LAUNCHER = LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1);
const titled = (title: string) => ({ ...SETTINGS, Labels: { ...SETTINGS.Labels, [TITLE]: title } });

/** A deployment of an image on a registry, a bundle on the image `base`, and a clone that builds that. */
const deployed = async (shelf: Shelf, base: string, textOf: (name: string) => string) => {
  const { repository } = await useRegistry(shelf);
  const saved = save({ composeFile: textOf(repository.name) });
  const provenance = [
    '[provenance]',
    'repository = "https://forge.example/acme/launcher"',
    'workflow = ".github/workflows/release.yml"',
    '',
  ].join('\n');
  const policy = `${policyFor(saved.deployment).replace(LAUNCHER, base)}${provenance}`;
  const args = [
    ...['verify', saved.info, ...saved.good.with(-1, saved.write('org.toml', policy))],
    ...['--bundle', saved.write('bundle.json', JSON.stringify(bundleOn(base)))],
    ...['--trusted-root', saved.write('root.json', sigstore.root())],
    ...['--registry', repository.name.split('/')[0]!, '--only', 'provenance', '--json'],
  ];
  const rebuild = async (...more: string[]) => {
    const clone = makeClone('same');
    const { exit, stdout } = await call([...args, '--rebuild', clone.path, ...more]);
    const check = (JSON.parse(stdout).checks as { id: string }[]).find(({ id }) => id === 'provenance.rebuild');
    return { exit, check, runs: clone.runs() };
  };
  return { rebuild, saved, args };
};

describe('the image of the compose file', () => {
  const plain = async (title: string) => {
    const shelf = new Shelf();
    const { digest } = shelf.image({ tars: [LAUNCHER_TAR], config: titled(title) });
    const scene = await deployed(shelf, digest, (name) =>
      composeFile({ image: `${name}@${digest}`, pin: DEFAULT_PIN }),
    );
    return { ...scene, digest };
  };

  test.each([
    ['trusted-workload-launcher', 'launcher'],
    ['trusted-workload-launcher-mpc', 'mpc'],
  ])('says in its config that it is %s', async (title, stage) => {
    const { rebuild, digest } = await plain(title);
    const { exit, check, runs } = await rebuild();
    expect([exit, check]).toEqual([0, expect.objectContaining({ state: 'passed', expected: digest })]);
    expect(runs).toMatchObject([{ commit: claimsOf()[13], image: digest, options: ['--stage', stage] }]);
  });

  test('of another name is not built, unless somebody says which one it is', async () => {
    const { rebuild } = await plain('another');
    expect(await rebuild()).toMatchObject({
      exit: 13,
      check: {
        state: 'not-checked',
        summary:
          "which image of the launcher's repository it is, is not known: its label org.opencontainers.image.title says none that is known here",
      },
      runs: [],
    });
    const named = await rebuild('--rebuild-stage', 'mpc-drop-in');
    expect(named).toMatchObject({
      exit: 0,
      check: { state: 'passed' },
      runs: [{ options: ['--stage', 'mpc-drop-in'] }],
    });
  });
});

test('of a derived image the launcher image below it is built', async () => {
  const shelf = new Shelf();
  const config = titled('trusted-workload-launcher');
  const { digest, base } = putDerived(shelf, {
    layers: [configLayer(DEFAULT_PIN)],
    config: { ...config, Labels: { ...config.Labels, [TITLE]: 'the workload of somebody' } },
    lower: config,
  });
  const { rebuild } = await deployed(shelf, base, (name) => composeOf(`${name}@${digest}`));
  const { exit, check, runs } = await rebuild();
  expect([exit, check]).toEqual([
    0,
    expect.objectContaining({
      state: 'passed',
      expected: base,
      source: 'the layers of the image that the measured app-compose names',
      details: [
        `commit ${claimsOf()[13]}, stage launcher, for linux/amd64, linux/arm64`,
        `the subject is ${base}, which the image ${digest} of the app-compose is made from`,
      ],
    }),
  ]);
  expect(runs).toMatchObject([{ image: base, options: ['--stage', 'launcher'] }]);
});

test('a saved file has the config of the image, too', async () => {
  const shelf = new Shelf();
  const { digest } = shelf.image({ tars: [LAUNCHER_TAR], config: titled('trusted-workload-launcher-mpc') });
  const { saved, args } = await deployed(shelf, digest, (name) =>
    composeFile({ image: `${name}@${digest}`, pin: DEFAULT_PIN }),
  );
  const path = saved.scratch.join('saved.json');
  expect(await call([...args, '--save', path])).toMatchObject({ exit: 0 });
  const clone = makeClone('same');
  const again = args.filter((one, at) => one !== '--registry' && args[at - 1] !== '--registry').with(1, path);
  expect(await call([...again, '--rebuild', clone.path])).toMatchObject({ exit: 0 });
  expect(clone.runs()).toMatchObject([{ image: digest, options: ['--stage', 'mpc'] }]);
});
