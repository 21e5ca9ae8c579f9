// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serviceRights } from '../../src/compose/checks/rights.ts';
import { readCompose } from '../../src/compose/document.ts';
import type { ComposeNode } from '../../src/compose/tree.ts';
import { holds } from '../support/property.ts';
import { useScratch } from '../support/use-scratch.ts';
import { type Config, composeConfig, composeVersion } from './compose-command.ts';
import { allFromConfig, allFromOurs } from './compared.ts';
import { FAILED, REFUSED_BY_BOTH, SAME } from './differential-table.ts';

const version = await composeVersion();

/** What both sides make of a text. */
const both = async (folder: string, text: string) => {
  const theirs = await composeConfig(folder, text);
  if (typeof theirs === 'string') throw new Error(`compose refuses this: ${theirs}\n${text}`);
  return { ours: allFromOurs(readCompose(text), folder), theirs: allFromConfig(theirs), config: theirs };
};

describe.skipIf(version === undefined)(`as docker compose ${version} reads it`, () => {
  test.each(SAME)('%s', async (_name, text) => {
    const { ours, theirs } = await both(useScratch().path, text);
    expect(ours).toEqual(theirs);
  });

  test.each(REFUSED_BY_BOTH)('both refuse %s', async (_name, text) => {
    expect(typeof (await composeConfig(useScratch().path, text))).toBe('string');
    expect(() => readCompose(text)).toThrow();
  });

  test.each(FAILED)('compose refuses %s, and the checks fail', async (_name, text) => {
    expect(typeof (await composeConfig(useScratch().path, text))).toBe('string');
    const findings = readCompose(text).services.flatMap((service) => serviceRights(service, []));
    expect(findings.map(({ severity }) => severity)).toEqual(['failed']);
  });

  test('an inline config has the same bytes', async () => {
    const text =
      'services: {a: {image: x, configs: [c]}}\nconfigs:\n  c:\n    content: |\n      A=$$1${B:-b}\n\n        x\n    name: n\n';
    const config = (await composeConfig(useScratch().path, text)) as Config;
    const ours = readCompose(text).root.entries.get('configs');
    const content = ours?.kind === 'map' ? ours.entries.get('c') : undefined;
    const node = content?.kind === 'map' ? content.entries.get('content') : undefined;
    expect(config.configs?.c?.content).toBe('A=$1b\n\n  x\n');
    expect(node).toMatchObject({ text: 'A=$1b\n\n  x\n' });
  });

  // Many services in one file: compose takes a tenth of a second for each call.
  const CASES = 60;
  const name = fc.constantFrom('A', 'b_1', '_X', 'Long_NAME9');
  const plain = fc.stringMatching(/^[ -#%-z|~é]{0,6}$/);
  const template: fc.Arbitrary<string> = fc.letrec<{ text: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      plain,
      fc.constantFrom('$$', '$ ', '$$$$', '$.', '$1'),
      name.map((one) => `\${${one}}`),
      name.map((one) => `$${one}`),
      fc
        .tuple(name, fc.constantFrom('-', ':-', '+', ':+'), tie('text'))
        .map(([one, operator, rest]) => `\${${one}${operator}${rest}}`),
    ),
    text: fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
  })).text;

  test('values that are made up', async () => {
    const folder = useScratch().path;
    await holds(
      fc.asyncProperty(
        fc.array(fc.tuple(template, fc.boolean()), { minLength: CASES, maxLength: CASES }),
        async (cases) => {
          const services = cases.map(([text, inList], index) => [
            `s${index}`,
            { image: 'x', environment: inList ? [`V=${text}`] : { V: text } },
          ]);
          const { ours, theirs } = await both(folder, JSON.stringify({ services: Object.fromEntries(services) }));
          expect(ours).toEqual(theirs);
        },
      ),
      15,
    );
  });

  const scalar = fc.oneof(
    fc.stringMatching(/^[-+]?[0-9]{1,4}(?:\.[0-9]{0,3})?(?:[eE][-+]?[0-9]{1,2})?$/),
    fc.stringMatching(/^[-+]?0[xXoObB]?[0-9a-fA-F_]{0,5}$/),
    fc.stringMatching(/^[-+._0-9eExob]{1,6}$/),
    fc.constantFrom(
      'true',
      'True',
      'TRUE',
      'tRUE',
      'yes',
      'No',
      'on',
      'null',
      'Null',
      '~',
      'nULL',
      '',
      '9223372036854775808',
      '18446744073709551616',
      '-9223372036854775809',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
  );

  test('plain scalars that are made up', async () => {
    const folder = useScratch().path;
    // What begins like a list, a date or infinity is another matter.
    const value = scalar.filter(
      (text) => !/^(?:- |-$|\.\.\.$|---)|inf|^\d{4}-/i.test(text) && !/^[-+]?\d.*e[-+]?\d{3}/i.test(text),
    );
    await holds(
      fc.asyncProperty(fc.array(value, { minLength: CASES, maxLength: CASES }), async (values) => {
        const text = [
          'services:',
          '  a:',
          '    image: x',
          '    environment:',
          ...values.map((one, index) => `      V${index}: ${one}`),
          '',
        ].join('\n');
        const { ours, theirs } = await both(folder, text);
        expect(ours).toEqual(theirs);
      }),
      15,
    );
  });

  test('commands that are made up, where they are read at all', async () => {
    const folder = useScratch().path;
    const command = fc
      .array(fc.constantFrom('a', 'b1', ' ', '\t', '"', "'", '\\', '""', '#', '=', '{', '*', '~', '\n', '  '), {
        maxLength: 9,
      })
      .map((pieces) => pieces.join(''));
    await holds(
      fc.asyncProperty(fc.array(command, { minLength: CASES, maxLength: CASES }), async (commands) => {
        const all = commands.map((one, index) => [`s${index}`, { image: 'x', command: one }] as const);
        const file = readCompose(JSON.stringify({ services: Object.fromEntries(all) }));
        const kept = all.filter(
          ([key]) => file.services.find((service) => service.name === key)?.command?.words !== undefined,
        );
        if (kept.length === 0) return;
        const { ours, theirs } = await both(folder, JSON.stringify({ services: Object.fromEntries(kept) }));
        expect(ours).toEqual(theirs);
      }),
      15,
    );
  });

  test('names of variables that are made up, where they are read at all', async () => {
    const folder = useScratch().path;
    const part = fc
      .array(fc.constantFrom('A', 'B', '=', '$$', '$', '.', '-', '\t', 'x', '"', '#'), { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join(''))
      // Compose sets none of these, and a variable `#extensions` in their place that nobody reads.
      .filter((text) => !text.startsWith('x-'));
    await holds(
      fc.asyncProperty(
        fc.array(fc.tuple(part, fc.boolean()), { minLength: CASES, maxLength: CASES }),
        async (cases) => {
          const all = cases.map(([text, inList], index) => [
            `s${index}`,
            { image: 'x', environment: inList ? [text] : { [text]: 'v' } },
          ]);
          const text = JSON.stringify({ services: Object.fromEntries(all) });
          const theirs = await composeConfig(folder, text);
          if (typeof theirs === 'string') return;
          for (const { name, environment } of readCompose(text).services) {
            const [one] = environment;
            // What the container is given; there a name ends at the first =.
            const [[key = '', value] = []] = Object.entries(theirs.services[name]?.environment ?? {});
            const [given] = (value === null ? key : `${key}=${value}`).split('=');
            if (one?.name !== undefined) expect([text, one.name]).toEqual([text, given]);
          }
        },
      ),
      15,
    );
  });

  test('volumes that are made up, where they are read at all', async () => {
    const folder = useScratch().path;
    const piece = fc.constantFrom(
      '/a',
      '/b',
      'vv',
      ':',
      ':',
      ':/c',
      '.',
      './d',
      '~',
      'n',
      'é',
      '\\',
      'ro',
      ',',
      'rw',
      ' ',
    );
    const spec = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    await holds(
      fc.asyncProperty(spec, async (text) => {
        const file = JSON.stringify({ services: { a: { image: 'x', volumes: [text] } }, volumes: { vv: {} } });
        const [mount] = readCompose(file).services[0]?.mounts ?? [];
        if (mount?.target === undefined) return;
        const theirs = await composeConfig(folder, file);
        if (typeof theirs === 'string') return;
        expect(allFromOurs(readCompose(file), folder)).toEqual(allFromConfig(theirs));
      }),
      200,
    );
  });

  test('what a NUL makes of a volume is why none is read', async () => {
    const text = 'services: {a: {image: x, volumes: ["/usr/bin/x\\0/dstack/user_config:/y"]}}\n';
    const theirs = (await composeConfig(useScratch().path, text)) as Config;
    expect(theirs.services.a?.volumes).toMatchObject([{ source: '/dstack/user_config', target: '/usr/bin/x' }]);
    expect(() => readCompose(text)).toThrow('it holds \\x00');
  });

  test('what a quoted << loses is why none is read', async () => {
    const text = (key: string): string => `x-s: &s {${key}: {a: {image: x}}}\nservices: {<<: *s, b: {image: y}}\n`;
    const names = async (key: string): Promise<string[]> =>
      Object.keys(((await composeConfig(useScratch().path, text(key))) as Config).services).sort();
    for (const key of ['"<<"', "'<<'"]) {
      expect(await names(key)).toEqual(['b']);
      expect(() => readCompose(text(key))).toThrow('the key << is in quotes');
    }
    expect(await names('<<')).toEqual(['a', 'b']);
    expect(readCompose(text('<<')).services.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test('blanks behind the indentation that a block gives itself are why none does', async () => {
    const text = 'services: {a: {image: x}}\nx-a: |1\n   \n';
    const theirs = (await composeConfig(useScratch().path, text)) as Config & { 'x-a'?: string };
    expect(theirs['x-a']).toBe('  \n');
    expect(() => readCompose(text)).toThrow('the block |1 says how far it is indented');
  });

  test('blocks that are made up', async () => {
    const folder = useScratch().path;
    const head = fc.constantFrom('|', '>', '|-', '>-', '|+', '>+');
    const lines = fc.array(fc.constantFrom(' a', '  a', '   b', '', ' ', '  ', '   ', '    '), { maxLength: 5 });
    await holds(
      fc.asyncProperty(fc.array(fc.tuple(head, lines), { minLength: CASES, maxLength: CASES }), async (blocks) => {
        const isRead = (text: string): boolean => {
          try {
            return readCompose(text).services.length > 0;
          } catch {
            return false;
          }
        };
        const start = 'services: {a: {image: x}}\n';
        const kept = blocks
          .map(([one, rest], index) => `x-${index}: ${[one, ...rest, ''].join('\n')}`)
          .filter((one) => isRead(start + one));
        const theirs = (await composeConfig(folder, start + kept.join(''))) as unknown as Record<string, unknown>;
        for (const [key, node] of readCompose(start + kept.join('')).root.entries)
          if (key.startsWith('x-')) expect([key, dataOf(node)]).toEqual([key, theirs[key] ?? '']);
      }),
      15,
    );
  });

  const dataOf = (node: ComposeNode): unknown => {
    if (node.kind === 'scalar') return node.type === 'null' ? null : node.text;
    if (node.kind === 'list') return node.items.map(dataOf);
    return Object.fromEntries([...node.entries].map(([key, value]) => [key, dataOf(value)]));
  };
  /** Numbers and switches as the texts that they become. */
  const texts = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(texts);
    if (typeof value !== 'object' || value === null)
      return value === null || value === undefined ? null : String(value);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, texts(one)]));
  };

  test('YAML that is made up, where both read it', async () => {
    const folder = useScratch().path;
    const piece = fc.constantFrom(
      ...[
        'a',
        'b c',
        'k: ',
        'l: v',
        '\n  ',
        '\n    ',
        '\n  - ',
        '- ',
        ': ',
        ' #',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        ', ',
        '&x ',
        '*x',
        '|',
        '>-',
      ],
      ...['!!str ', '<<: ', '~', '""', "''", '=', 'true', '\n  k: v', '\n  l: w', '\n\n', '\\'],
    );
    await holds(
      fc.asyncProperty(fc.array(piece, { minLength: 2, maxLength: 9 }), async (pieces) => {
        const text = `services: {a: {image: x}}\nx-a: ${pieces.join('')}\n`;
        let ours: ComposeNode | undefined;
        try {
          ours = readCompose(text).root.entries.get('x-a');
        } catch {
          return;
        }
        const theirs = await composeConfig(folder, text);
        if (typeof theirs === 'string') return;
        expect(ours === undefined ? null : dataOf(ours)).toEqual(
          texts((theirs as unknown as Record<string, unknown>)['x-a']),
        );
      }),
      100,
    );
  });
});
