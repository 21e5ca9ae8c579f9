import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { definitionHash } from '../../src/compose/definition-hash.ts';
import { readCompose } from '../../src/compose/document.ts';
import { OTHER, OTHER_IMAGE, recommended, review, said } from './support.ts';

const hashOf = (text: string): string => {
  const file = readCompose(text);
  return definitionHash(file, file.services.find(({ name }) => name === 'other')!);
};
const service = 'services: {other: {image: x, volumes: ["vol:/d"], configs: [c], secrets: [s], networks: [n]}}\n';
const top = (section: string, definition: string): string => `${service}${section}: ${definition}\n`;

describe('the hash of a definition', () => {
  test('is one over canonical JSON', () => {
    const text = [
      'services: {other: {image: x, environment: {B: "1", A: }, volumes: ["vol:/d", "vol:/e", "./h:/h", /n], secrets: [s]}}',
      'volumes: {vol: {name: n}, unused: {name: m}}',
      'secrets: {s: {file: f}}',
      '',
    ].join('\n');
    const plain = {
      service: [
        [
          'environment',
          [
            ['A', { null: '' }],
            ['B', { string: '1' }],
          ],
        ],
        ['image', { string: 'x' }],
        ['secrets', [{ string: 's' }]],
        ['volumes', [{ string: 'vol:/d' }, { string: 'vol:/e' }, { string: './h:/h' }, { string: '/n' }]],
      ],
      references: [
        ['networks', 'default', null],
        ['secrets', 's', [['file', { string: 'f' }]]],
        ['volumes', 'vol', [['name', { string: 'n' }]]],
      ],
    };
    expect(hashOf(text)).toBe(createHash('sha256').update(JSON.stringify(plain)).digest('hex'));
  });

  test.each<[string, string, string]>([
    ['volumes', '{vol: {driver_opts: {type: proc, device: proc}}}', '{other: {driver: x}}'],
    ['configs', '{c: {content: a}}', '{other: {content: a}}'],
    ['secrets', '{s: {file: a}}', '{other: {file: a}}'],
    ['networks', '{n: {name: host, external: true}}', '{other: {name: host}, default: {name: host}}'],
  ])('covers the %s that the service names and no others', (section, named, others) => {
    expect(hashOf(top(section, named))).not.toBe(hashOf(service));
    expect(hashOf(top(section, others))).toBe(hashOf(service));
  });

  test('covers the default network where no other is named', () => {
    const of = (lines: string, networks: string): string =>
      hashOf(`services: {other: {image: x${lines}}}\nnetworks: {default: ${networks}}\n`);
    const host = '{name: host, external: true}';
    expect(of('', host)).not.toBe(of('', ''));
    expect(of(', networks: []', host)).not.toBe(of(', networks: []', ''));
    expect(of(', networks: {}', host)).not.toBe(of(', networks: {}', ''));
    expect(of(', networks: {a: }', host)).toBe(of(', networks: {a: }', ''));
    expect(of(', network_mode: none', host)).toBe(of(', network_mode: none', ''));
  });

  test('an admitted definition cannot be turned hostile at the top of the file', () => {
    const text = (volume: string): string =>
      recommended([], [`  other: {image: "${OTHER_IMAGE}", volumes: ["vol:/d"]}`, `volumes: {vol: ${volume}}`]);
    const admitted = [{ digest: OTHER, definition: hashOf(text('')), source: 'p' }];
    const services = (volume: string): string[] => said(review(text(volume), { admitted }), 'compose.services');
    expect(services('')).toEqual([]);
    expect(services('{name: v}')[0]).toMatch(/^12 failed services\.other: .* is not admitted/);
  });
});
