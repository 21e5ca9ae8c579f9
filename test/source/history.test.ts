import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder, namedRef, refsAt, rounds } from '../../src/source/history/find-ref.ts';
import { SourceError } from '../../src/source/errors.ts';
import { CommitGraph } from '../../src/source/history/graph.ts';
import { HISTORY_LIMITS, withHistoryLimits } from '../../src/source/history/limits.ts';
import { RefCollector, type RefList, type RemoteRef, tipOf } from '../../src/source/history/refs.ts';
import { RefsAnswerReader } from '../../src/source/history/refs-answer.ts';
import { encodeHistoryV0, encodeHistoryV2, encodeLsRefs, filtersOf } from '../../src/source/history/requests.ts';
import { AdvertisementReader, FetchAnswerReader } from '../../src/source/transport/protocol.ts';
import { encodeCommit, encodeTag } from '../support/git-objects.ts';
import { bandLine, DELIMITER, FLUSH, pktLine } from '../support/pkt-line.ts';
import { holds } from '../support/property.ts';
import { codeOf, cutAt, cuts, limitsWith, onlySourceErrors } from './support.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

const collect = (lines: readonly string[], limits = HISTORY_LIMITS, format: 'sha1' | 'sha256' = 'sha1'): RefList => {
  const collector = new RefCollector(format, limits);
  for (const line of lines) collector.add(line);
  return collector.list;
};

describe('refs', () => {
  test('branches and tags of both versions', () => {
    const refs = [
      { name: 'refs/heads/main', id: A },
      { name: 'refs/tags/v1', id: B, peeled: C },
    ];
    const v2 = [`${A} HEAD symref-target:refs/heads/main`, `${A} refs/heads/main`, `${B} refs/tags/v1 peeled:${C}`];
    expect(collect(v2)).toEqual({ refs, head: 'refs/heads/main' });
    const v0 = [`${A} HEAD`, `${A} refs/heads/main`, `${B} refs/tags/v1`, `${C} refs/tags/v1^{}`, `shallow ${A}`];
    expect(collect(v0)).toEqual({ refs, head: undefined });
    expect(refs.map(tipOf)).toEqual([A, C]);
  });

  test.each(['\u00a0', '\u3000', '\u2028', '\ufeff', '\u0085'])(
    'a blank beyond ASCII is a letter of a name: %j',
    (blank) => {
      const name = `refs/heads/x${blank}y`;
      expect(collect([`${A} HEAD symref-target:${name}`, `${A} ${name}`])).toEqual({
        refs: [{ name, id: A }],
        head: name,
      });
    },
  );

  test('nothing else counts', () => {
    const others = [
      'refs/pull/1/head',
      'refs/merge-requests/1/head',
      'refs/notes/x',
      'refs/heads/',
      'refs/headsx/a',
      'refs/pull/refs/heads/a',
    ];
    expect(collect([...others.map((name) => `${A} ${name}`), 'unborn HEAD symref-target:refs/heads/main'])).toEqual({
      refs: [],
      head: 'refs/heads/main',
    });
  });

  test.each([
    ['no id', 'refs/heads/main'],
    ['a short id', `${A.slice(1)} refs/heads/main`],
    ['an id of the other format', `${A}${A.slice(16)} refs/heads/main`],
    ['a control character', `${A} refs/heads/\x1b[2J`],
    ['a tab', `${A} refs/heads/a\tb`],
    ['DEL', `${A} refs/heads/a\x7fb`],
    ['two spaces', `${A} refs/heads/main  peeled:${B}`],
    ['a peeled id of another length', `${A} refs/tags/v1 peeled:${B}bb`],
    ['a peeled line of nothing', `${A} refs/tags/v1^{}`],
    ['a shallow line without an id', 'shallow x'],
    ['a shallow line with more', `shallow ${A} x`],
    ['a shallow line with something before', `x shallow ${A}`],
  ])('%s', (_name, line) => {
    expect(() => collect([line])).toThrow(
      expect.objectContaining({
        code: 'protocol-malformed',
        message: "the server's list of refs is not git's",
        hint: 'check that the address is that of a git repository',
      }),
    );
  });

  test('a branch that is not born yet is none', () => {
    expect(collect(['unborn refs/heads/main symref-target:refs/heads/x', `${A} refs/heads/a`]).refs).toEqual([
      { name: 'refs/heads/a', id: A },
    ]);
  });

  test('a name given twice, and too many', () => {
    expect(codeOf(() => collect([`${A} refs/heads/a`, `${B} refs/heads/a`]))).toBe('protocol-malformed');
    const two = { ...HISTORY_LIMITS, refs: 2 };
    expect(collect([`${A} refs/heads/a`, `${B} refs/heads/b`], two).refs).toHaveLength(2);
    expect(() => collect([`${A} refs/heads/a`, `${B} refs/heads/b`, `${B} refs/heads/c`], two)).toThrow(
      expect.objectContaining({
        code: 'limit-exceeded',
        message: 'the server lists more than 2 branches and tags',
        hint: expect.stringContaining('REFS'),
      }),
    );
  });

  test('names in other encodings, which look alike as text, are two refs, each with its own commit', () => {
    const name = 'refs/tags/caf\ufffd';
    const refs = [
      { name, id: A, peeled: C },
      { name, id: B },
    ];
    expect(collect([`${A} ${name}`, `${C} ${name}^{}`, `${B} ${name}`]).refs).toEqual(refs);
    expect(collect([`${A} ${name} peeled:${C}`, `${B} ${name}`]).refs).toEqual(refs);
    const two = { ...HISTORY_LIMITS, refs: 2 };
    expect(codeOf(() => collect([`${A} ${name}`, `${A} ${name}`, `${A} ${name}`], two))).toBe('limit-exceeded');
  });

  test('a peeled line follows that of its tag', () => {
    const lines = [`${A} refs/tags/v1`, `${B} refs/tags/v2`, `${C} refs/tags/v1^{}`];
    expect(codeOf(() => collect(lines))).toBe('protocol-malformed');
  });

  test('64 digits in a SHA-256 repository', () => {
    const id = 'd'.repeat(64);
    expect(collect([`${id} refs/heads/a`], HISTORY_LIMITS, 'sha256').refs).toEqual([{ name: 'refs/heads/a', id }]);
    expect(codeOf(() => collect([`${A} refs/heads/a`], HISTORY_LIMITS, 'sha256'))).toBe('protocol-malformed');
  });

  test('a server that is shallow says so', () => {
    const collector = new RefCollector('sha1', HISTORY_LIMITS);
    expect(collector.isShallow).toBe(false);
    collector.add(`shallow ${A}`);
    expect(collector.isShallow).toBe(true);
    for (const [section, expected] of [
      ['shallow-info', true],
      ['acknowledgments', false],
    ] as const) {
      const reader = new FetchAnswerReader(2, limitsWith(), () => undefined);
      reader.push(
        Buffer.concat([pktLine(`${section}\n`), pktLine(`x ${A}\n`), DELIMITER, pktLine('packfile\n'), FLUSH]),
      );
      reader.finish();
      expect(reader.namedShallow).toBe(expected);
    }
  });

  test('version 0 names HEAD among the capabilities', () => {
    const collector = new RefCollector('sha1', HISTORY_LIMITS);
    collector.takeHead(new Set(['side-band-64k', 'symref=HEAD:refs/heads/trunk']));
    expect(collector.list.head).toBe('refs/heads/trunk');
    const none = new RefCollector('sha1', HISTORY_LIMITS);
    none.takeHead(new Set(['xsymref=HEAD:refs/heads/a', 'symref=HEAD:', 'symref=refs/x:refs/heads/a']));
    expect(none.list.head).toBeUndefined();
  });
});

test('a version 0 greeting hands on its refs, the first without capabilities', () => {
  const lines: string[] = [];
  const reader = new AdvertisementReader(limitsWith(), (line) => lines.push(line));
  reader.push(Buffer.concat([pktLine(`${A} HEAD\0side-band-64k shallow\n`), pktLine(`${B} refs/heads/x\n`), FLUSH]));
  expect(lines).toEqual([`${A} HEAD`, `${B} refs/heads/x`]);
  expect(reader.result?.version).toBe(0);
});

describe('the answer to ls-refs', () => {
  const read = (pieces: Iterable<Buffer>, limits = limitsWith()): string[] => {
    const lines: string[] = [];
    const reader = new RefsAnswerReader(limits, (line) => lines.push(line));
    for (const piece of pieces) reader.push(piece);
    reader.finish();
    return lines;
  };
  const body = Buffer.concat([pktLine(`${A} refs/heads/main\n`), pktLine(`${B} refs/tags/v\n`), FLUSH]);

  test('comes out however it is cut', () =>
    holds(
      fc.property(cuts(), (places) => {
        expect(read(cutAt(body, places))).toEqual([`${A} refs/heads/main`, `${B} refs/tags/v`]);
      }),
      50,
    ));

  test('its ends', () => {
    const why = (pieces: Iterable<Buffer>): unknown => {
      try {
        return read(pieces);
      } catch (error) {
        const { message, hint } = error instanceof SourceError ? error : { message: error, hint: undefined };
        return [message, hint];
      }
    };
    const HINT = 'check that the address is that of a git repository';
    expect(why([body.subarray(0, -4)])).toEqual(['the list of refs ended in the middle', expect.anything()]);
    expect(why([body, pktLine('x')])).toEqual([
      "the answer is not git's protocol: packets follow the list of refs",
      HINT,
    ]);
    expect(why([DELIMITER])).toEqual(["the answer is not git's protocol: the list of refs is divided", HINT]);
    expect(why([pktLine('ERR access denied')])).toEqual(["the server says: 'access denied'", expect.anything()]);
    expect(codeOf(() => read([body.subarray(0, -4)]))).toBe('connection-cut');
    expect(codeOf(() => read([body.subarray(0, -2)]))).toBe('connection-cut');
    expect(codeOf(() => read([body, Buffer.from('00')]))).toBe('connection-cut');
    expect(read([body, Buffer.from('0002')])).toHaveLength(2);
    expect(codeOf(() => read([body, pktLine('x')]))).toBe('protocol-malformed');
    expect(codeOf(() => read([DELIMITER]))).toBe('protocol-malformed');
    expect(codeOf(() => read([pktLine('ERR access denied')]))).toBe('server-refused');
  });

  test('it is bounded', () => {
    const at = { ADVERTISEMENT_BYTES: body.length };
    expect(read([body], limitsWith(at))).toHaveLength(2);
    expect(() => read([body], limitsWith({ ADVERTISEMENT_BYTES: body.length - 1 }))).toThrow(
      expect.objectContaining({
        code: 'limit-exceeded',
        message: `the server lists more than ${body.length - 1} bytes of refs`,
        hint: expect.stringContaining('ADVERTISEMENT_BYTES'),
      }),
    );
  });

  test('arbitrary bytes', () =>
    holds(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        onlySourceErrors(() => read([Buffer.from(bytes)]));
      }),
    ));
});

describe('requests', () => {
  test('ls-refs asks for branches and tags only', () => {
    const text = encodeLsRefs('sha1');
    expect(text).toMatch(/^0013command=ls-refs.*object-format=sha10001.*0000$/s);
    expect(text.match(/ref-prefix \S+/g)).toEqual([
      'ref-prefix HEAD',
      'ref-prefix refs/heads/',
      'ref-prefix refs/tags/',
    ]);
    expect(text).toContain('peel\n');
    expect(text).toContain('symrefs\n');
    expect(text).toMatch(
      /^0013command=ls-refs[0-9a-f]{4}agent=git\/trusted-workload-launcher-[^\s]+[0-9a-f]{4}object-format=sha10001/,
    );
  });

  test('the history in version 2', () => {
    const text = encodeHistoryV2({ wants: [A, B], haves: [C] }, 'sha1', true);
    expect(text.match(/(?:want|have|filter|done|deepen)[^\n]*/g)).toEqual([
      `want ${A}`,
      `want ${B}`,
      `have ${C}`,
      'filter tree:0',
      'done',
    ]);
    expect(text).toContain('000eofs-delta\n0010no-progress\n');
    const plain = encodeHistoryV2({ wants: [A], haves: [] }, 'sha1', false);
    expect(plain).toMatch(new RegExp(`0010no-progress\n0032want ${A}\n0009done\n0000$`));
  });

  test('the history in version 0', () => {
    const caps = new Set(['side-band-64k', 'filter', 'thin-pack', 'evil']);
    const text = encodeHistoryV0({ wants: [A, B], haves: [C] }, 'sha1', caps);
    expect(text).toMatch(
      new RegExp(
        `^[0-9a-f]{4}want ${A} side-band-64k filter agent=\\S+\n0032want ${B}\n0012filter tree:0\n00000032have ${C}\n0009done\n$`,
      ),
    );
    const all = new Set(['no-progress', 'object-format=sha1', 'ofs-delta', 'side-band-64k']);
    expect(encodeHistoryV0({ wants: [A], haves: [] }, 'sha1', all)).toContain(
      `want ${A} side-band-64k ofs-delta no-progress object-format=sha1 agent=`,
    );
    expect(encodeHistoryV0({ wants: [A], haves: [] }, 'sha1', new Set(['side-band-64k']))).toMatch(
      new RegExp(`^[0-9a-f]{4}want ${A} side-band-64k agent=\\S+\n00000009done\n$`),
    );
  });

  test.each([
    [2, ['fetch=shallow wait-for-done filter'], true],
    [2, ['fetch=shallow', 'filter'], false],
    [2, ['fetch=shallow filters'], false],
    [2, [], false],
    [0, ['filter'], true],
    [0, ['fetch=filter'], false],
  ] as const)('version %d with %j can filter: %s', (version, names, expected) => {
    expect(filtersOf({ version, capabilities: new Set(names) })).toBe(expected);
  });

  test('ACK begins the pack only where something was said to be there', () => {
    const body = Buffer.concat([pktLine(`ACK ${A}\n`), bandLine('data', 'PACK'), FLUSH]);
    const read = (saidHave: boolean, bytes: Buffer = body): string => {
      const parts: Buffer[] = [];
      const reader = new FetchAnswerReader(0, limitsWith(), (piece) => parts.push(Buffer.from(piece)), saidHave);
      reader.push(bytes);
      reader.finish();
      return Buffer.concat(parts).toString();
    };
    expect(read(true)).toBe('PACK');
    expect(codeOf(() => read(false))).toBe('protocol-malformed');
    expect(codeOf(() => read(true, pktLine('ACK x\n')))).toBe('protocol-malformed');
    expect(codeOf(() => read(true, pktLine(`ACK ${A} continue\n`)))).toBe('protocol-malformed');
  });
});

describe('the graph', () => {
  const tree = '1'.repeat(40);
  const commit = (...parents: string[]): Buffer => encodeCommit({ tree, parents });
  /** root <- one <- two, and one <- side; `merge` has both. */
  const graph = (limit = 100): CommitGraph => {
    const made = new CommitGraph('sha1', limit);
    const id = (letter: string): string => letter.repeat(40);
    made.add({ type: 'commit', id: id('1'), data: commit(id('0')) });
    made.add({ type: 'commit', id: id('2'), data: commit(id('1')) });
    made.add({ type: 'commit', id: id('3'), data: commit(id('1')) });
    made.add({ type: 'commit', id: id('4'), data: commit(id('2'), id('3')) });
    made.add({ type: 'tag', id: id('5'), data: encodeTag(id('4'), 'commit') });
    made.add({ type: 'tag', id: id('6'), data: encodeTag(id('5'), 'tag') });
    made.add({ type: 'tree', id: id('7'), data: Buffer.alloc(0) });
    return made;
  };
  const id = (letter: string): string => letter.repeat(40);

  test('what is reached', () => {
    const made = graph();
    expect(made.size).toBe(4);
    expect([...made.reachedFrom(id('4'))].sort()).toEqual(['0', '1', '2', '3', '4'].map(id));
    expect([...made.reachedFrom(id('6'))].sort()).toEqual(['0', '1', '2', '3', '4'].map(id));
    expect([...made.reachedFrom(id('2'))].sort()).toEqual(['0', '1', '2'].map(id));
    expect([...made.reachedFrom(id('9'))]).toEqual([id('9')]);
    expect(made.parents(id('4'))).toEqual([id('2'), id('3')]);
    expect(made.parents(id('7'))).toBeUndefined();
    expect(made.peel(id('6'))).toBe(id('4'));
  });

  test('how far ahead', () => {
    const made = graph();
    expect(made.ahead(id('4'), id('4'))).toBe(0);
    expect(made.ahead(id('4'), id('1'))).toBe(3);
    expect(made.ahead(id('4'), id('2'))).toBe(2);
    // The root was named and not seen: it is not counted.
    expect(made.ahead(id('2'), id('9'))).toBe(2);
    expect(made.ahead(id('6'), id('0'))).toBe(4);
  });

  test('what is malformed, and too much', () => {
    const made = new CommitGraph('sha1', 1);
    for (const text of ['tag x\n', `x\nobject ${A}\n`, `object ${A}`, `object ${A.slice(1)}\n`]) {
      expect(() => made.add({ type: 'tag', id: B, data: Buffer.from(text) })).toThrow(
        expect.objectContaining({
          code: 'commit-malformed',
          message: `tag ${B} is malformed: it does not begin with an object line`,
        }),
      );
    }
    expect(codeOf(() => made.add({ type: 'commit', id: A, data: Buffer.from('x') }))).toBe('commit-malformed');
    made.add({ type: 'commit', id: A, data: commit() });
    expect(() => made.add({ type: 'commit', id: B, data: commit() })).toThrow(
      expect.objectContaining({
        code: 'limit-exceeded',
        message: 'the history between holds more than 1 commits',
        hint: expect.stringContaining('COMMITS'),
      }),
    );
  });

  test('whoever listens is told of commits and tags, and of nothing else', () => {
    const told: unknown[] = [];
    const made = new CommitGraph('sha1', 9, (object) => told.push(object));
    const one = { type: 'commit', id: A, data: commit() } as const;
    const two = { type: 'tag', id: B, data: encodeTag(A, 'commit') } as const;
    for (const object of [one, two, { type: 'blob', id: C, data: Buffer.alloc(0) } as const]) made.add(object);
    expect(told).toEqual([one, two]);
  });

  test('tags that name each other end', () => {
    const made = new CommitGraph('sha1', 9);
    made.add({ type: 'tag', id: A, data: encodeTag(B, 'tag') });
    made.add({ type: 'tag', id: B, data: encodeTag(A, 'tag') });
    expect([A, B]).toContain(made.peel(A));
    expect(made.reachedFrom(A).size).toBe(1);
  });
});

describe('which ref', () => {
  const ref = (name: string, id = A): RemoteRef => ({ name, id });
  const list: RefList = {
    refs: [ref('refs/tags/v1', B), ref('refs/heads/v1'), ref('refs/heads/main', C), ref('refs/heads/a')],
    head: 'refs/heads/main',
  };
  const names = (refs: readonly RemoteRef[]): string[] => refs.map(({ name }) => name);

  test('by name: in full, else a tag, else a branch', () => {
    expect(namedRef(list, 'v1')?.name).toBe('refs/tags/v1');
    expect(namedRef(list, 'refs/heads/v1')?.name).toBe('refs/heads/v1');
    expect(namedRef(list, 'main')?.name).toBe('refs/heads/main');
    expect(namedRef(list, 'v2')).toBeUndefined();
  });

  test('the order of interest', () => {
    expect(names(inOrder(list, undefined))).toEqual([
      'refs/heads/main',
      'refs/heads/v1',
      'refs/heads/a',
      'refs/tags/v1',
    ]);
    expect(names(inOrder(list, 'v1'))).toEqual(['refs/tags/v1', 'refs/heads/main', 'refs/heads/v1', 'refs/heads/a']);
    expect(names(inOrder({ ...list, head: undefined }, 'gone'))).toEqual([
      'refs/heads/v1',
      'refs/heads/main',
      'refs/heads/a',
      'refs/tags/v1',
    ]);
    expect(names(refsAt(list.refs, A))).toEqual(['refs/heads/v1', 'refs/heads/a']);
    expect(refsAt([{ name: 'refs/tags/x', id: A, peeled: B }], A)).toEqual([]);
  });

  test('rounds', () => {
    const ordered = inOrder(list, undefined);
    expect(rounds(ordered, 1, 2).map(names)).toEqual([
      ['refs/heads/main'],
      ['refs/heads/v1', 'refs/heads/a'],
      ['refs/tags/v1'],
    ]);
    expect(rounds(ordered, 0, 2).map((round) => round.length)).toEqual([2, 1, 1]);
    expect(rounds([], 0, 2)).toEqual([]);
  });
});

test('the limits of a search only lower those of the room', () => {
  const room = limitsWith({ PACK_BYTES: 10, TOTAL_MS: 1e9 });
  expect(withHistoryLimits(room, HISTORY_LIMITS)).toMatchObject({
    PACK_BYTES: 10,
    TOTAL_MS: HISTORY_LIMITS.totalMs,
    ADVERTISEMENT_BYTES: HISTORY_LIMITS.refBytes,
    IDLE_MS: room.IDLE_MS,
  });
});
