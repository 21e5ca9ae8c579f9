// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../src/compose/document.ts';
import { networkKeys } from '../../src/compose/networks.ts';
import { MORE, OTHER_IMAGE, recommended, review, said, troubles } from './support.ts';

const beside = (service: string, networks: string) =>
  review(recommended([], [`  other: {image: "${OTHER_IMAGE}", ${service}}`, `networks: ${networks}`]));

describe('networks', () => {
  const host = (key: string): string =>
    `12 failed services.other.networks${key}: other is in a network that is not its own`;

  test.each<[string, string, string, string]>([
    ['external, by its name', 'networks: [h]', '{h: {external: true, name: host}}', `${host('[0]')} (host)`],
    ['by its name alone', 'networks: [h]', '{h: {name: host}}', `${host('[0]')} (host)`],
    ['external, by its key', 'networks: [host]', '{host: {external: true}}', `${host('[0]')} (host)`],
    ['as in old files', 'networks: {h: }', '{h: {external: {name: host}}}', `${host('.h')} (host)`],
    ['as one of two', 'networks: {a: , h: {}}', '{a: , h: {name: host}}', `${host('.h')} (host)`],
    ['of a container', 'networks: [h]', '{h: {name: "container:x"}}', `${host('[0]')} (container:x)`],
    [
      'of a driver of the machine',
      'networks: [h]',
      '{h: {driver: host}}',
      '12 failed services.other.networks[0]: other is in a network of the driver host',
    ],
    [
      'of a plug-in',
      'networks: [h]',
      '{h: {driver: macvlan, driver_opts: {parent: eth0}}}',
      '12 failed services.other.networks[0]: other is in a network of the driver macvlan',
    ],
    [
      'of a driver that is no text',
      'networks: [h]',
      '{h: {driver: [bridge]}}',
      '12 failed services.other.networks[0]: other is in a network of the driver that cannot be read',
    ],
    [
      'whose name a variable decides',
      'networks: [h]',
      '{h: {name: "${N}"}}',
      '13 not-bound services.other.networks[0]: which network other is in is not decided by the text: it is left to the variable N',
    ],
    [
      'whose driver a variable decides',
      'networks: [h]',
      '{h: {driver: "${N}"}}',
      '13 not-bound services.other.networks[0]: which network other is in is not decided by the text: it is left to the variable N',
    ],
    ...['{h: {external: "${N}"}}', '{h: {external: {name: "${N}"}}}'].map(
      (networks): [string, string, string, string] => [
        `of which a variable decides whether it is its own, ${networks}`,
        'networks: [h]',
        networks,
        '13 not-bound services.other.networks[0]: which network other is in is not decided by the text: it is left to the variable N',
      ],
    ),
    [
      'which a variable decides',
      'networks: ["${N}"]',
      '{h: }',
      '12 not-bound services.other.networks[0]: which network other is in cannot be read',
    ],
  ])('%s', (_name, service, networks, expected) => {
    expect(said(beside(service, networks), 'compose.sharing')).toEqual([expected]);
  });

  test.each<[string, string, string]>([
    ['a bridge', 'networks: [h]', '{h: {driver: bridge, name: n, labels: {a: "$A"}}}'],
    ['the drivers of every container', 'networks: [h, i]', '{h: {driver: default}, i: {driver: ""}}'],
    ['a key of that name', 'networks: [host]', '{host: }'],
    ['a key of that name that is not external', 'networks: [host]', '{host: {external: false}}'],
    ['another external one', 'networks: [h]', '{h: {external: true, name: hosts}}'],
    ['one that it is not in', 'networks: [a]', '{a: , h: {name: host}}'],
    ['none', 'network_mode: none', '{a: {name: host}}'],
  ])('%s is harmless', (_name, service, networks) => {
    expect(troubles(beside(service, networks))).toEqual({});
  });

  test.each<[string, string[]]>([
    ['networks: [a, b]', ['a', 'b']],
    ['networks: {a: , b: {}}', ['a', 'b']],
    ['networks: [a, "${N}"]', ['a']],
    ['networks: ["${N}"]', []],
    ['networks: [[a]]', []],
    ['networks: []', ['default']],
    ['networks: {}', ['default']],
    ['init: true', ['default']],
    ['network_mode: none', []],
    ['network_mode: none, networks: [a]', []],
  ])('with %s it is in %j', (lines, expected) => {
    const { services } = readCompose(`services: {a: {${lines}}}`);
    expect(networkKeys(services[0]!).map(({ key }) => key)).toEqual(expected);
  });

  test('the default network is that of all that name none, the launcher included', () => {
    const text = 'workload is in a network that is not its own (host)';
    const found = beside('init: true', '{default: {external: true, name: host}}');
    expect(said(found, 'compose.override')).toEqual([`2 failed services.workload: ${text}`]);
    expect(said(found, 'compose.sharing')).toEqual([
      '12 failed services.other: other is in a network that is not its own (host)',
    ]);
    const one = review(recommended(['networks: [h]'], ['networks: {h: {name: host}}']));
    expect(said(one, 'compose.override')).toEqual([`${MORE} failed services.workload.networks[0]: ${text}`]);
    expect(troubles(review(recommended(['networks: [h]'], ['networks: {h: }'])))).toEqual({});
  });

  test("the responder's is looked at too", () => {
    const text = recommended(
      [],
      [
        `  attest: {image: "${review(recommended()).launcher?.image?.name}@sha256:${'a'.repeat(64)}", entrypoint: twl-attest, networks: [h]}`,
      ],
    );
    expect(said(review(`${text}networks: {h: {name: host}}\n`), 'compose.sharing')).toEqual([
      '12 failed services.attest.networks[0]: attest is in a network that is not its own (host)',
    ]);
  });
});

describe('hooks', () => {
  const hooks = (key: string, hook: string) =>
    said(review(recommended([], [`  other: {image: "${OTHER_IMAGE}", ${key}: ${hook}}`])), 'compose.sharing');

  describe.each(['post_start', 'pre_stop'])('%s', (key) => {
    test.each<[string, string, string]>([
      [
        'privileged',
        '[{command: x}, {command: [sh], privileged: true}]',
        'failed [1].privileged: a hook of other is privileged',
      ],
      [
        'privileged by a word',
        '[{command: x, privileged: "yes"}]',
        'failed [0].privileged: a hook of other is privileged',
      ],
      [
        'privileged by no word',
        '[{command: x, privileged: maybe}]',
        'failed [0].privileged: a hook of other is privileged',
      ],
      [
        'privileged by a variable',
        '[{command: x, privileged: "${P:-false}"}]',
        'not-bound [0].privileged: whether a hook of other is privileged is not decided by the text: it is left to the variable P',
      ],
      ['another user', '[{command: x, user: root}]', 'failed [0].user: a hook of other runs as another user'],
      [
        'what nobody knows',
        '[{command: x, cap_add: [ALL]}]',
        'failed [0].cap_add: a hook of other has the key cap_add',
      ],
      ['no map', '[x]', 'failed [0]: a hook of other cannot be read'],
    ])('%s', (_name, hook, expected) => {
      const [severity = '', place = '', ...text] = expected.split(' ');
      expect(hooks(key, hook)).toEqual([`12 ${severity} services.other.${key}${place} ${text.join(' ')}`]);
    });

    test('of the container itself are harmless', () => {
      expect(hooks(key, '[{command: x, privileged: false, user: , working_dir: /, environment: [A=1]}]')).toEqual([]);
    });
  });
});
