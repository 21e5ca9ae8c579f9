import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../src/audit/bundle/sha256.ts';
import { call } from '../../cli/support/called.ts';
import { createIntel } from '../../mocks/intel/intel.ts';
import { claimsOf } from '../../mocks-sigstore/claims.ts';
import { Sigstore } from '../../mocks-sigstore/sigstore.ts';
import { DIGEST, FORGE, sigstore, type Story, startStory } from '../steps/support/story.ts';
import { changedBundle, flipped, savedOnce } from './support.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story?.close());
const saved = savedOnce(() => story);

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it anywhere
type Changing = (bundle: any) => void;

type Texts = Record<'answer' | 'attest' | 'collateral', { text: string }>;

interface Found {
  readonly exit: number;
  readonly verdict: string | undefined;
  /** Of the checks that were made and did not pass, what keeps it from VERIFIED. */
  readonly failed: readonly string[];
  readonly open: readonly string[];
  readonly stderr: string;
}

const judge = async (change: Changing): Promise<Found> => {
  const { command } = changedBundle(await saved(), change);
  const { exit, stdout, stderr } = await call([...command, '--json']);
  const { verdict, checks = [] } = JSON.parse(stdout) as {
    verdict?: string;
    checks?: { id: string; state: string; required: boolean; blocked_by: string | null }[];
  };
  return {
    exit,
    verdict,
    failed: checks.flatMap(({ id, state }) => (state === 'failed' ? [id] : [])),
    open: checks.flatMap(({ id, state, required, blocked_by: by }) =>
      required && state === 'not-checked' && by === null ? [id] : [],
    ),
    stderr: stdout.includes('"error"') ? stdout : stderr,
  };
};

/** Changes the text of a part, which must hold `from`. */
const inText =
  (at: (bundle: Texts) => { text: string }, from: string | RegExp, to: string): Changing =>
  (bundle) => {
    const part = at(bundle);
    part.text = part.text.replace(from, to);
  };

/** One character in the middle of what a pattern finds in the text of a part. */
const flippedIn =
  (at: (bundle: Texts) => { text: string }, pattern: RegExp): Changing =>
  (bundle) => {
    const part = at(bundle);
    const found = pattern.exec(part.text);
    if (found === null) throw new Error(`no ${pattern}`);
    part.text = flipped(part.text, found.index + Math.floor(found[0].length / 2));
  };

const answer = (bundle: Texts) => bundle.answer;
const attest = (bundle: Texts) => bundle.attest;
const collateral = (bundle: Texts) => bundle.collateral;

describe('one part changed alone is never VERIFIED', () => {
  test.each<[string, Changing, Partial<Found>]>([
    [
      "the answer's app-compose",
      inText(answer, 'restart: unless-stopped', 'restart: always-stopped'),
      { exit: 10, failed: ['compose.hash', 'compose.config-id'] },
    ],
    [
      'the answer, which is of another deployment',
      (bundle) => {
        bundle.answer.text = bundle.answer.text.slice(0, -40);
      },
      { exit: 30 },
    ],
    [
      'the signature of the collateral',
      flippedIn(collateral, /"tcb_info_signature":"[0-9a-f]+/),
      { exit: 10, failed: ['quote.tcb', 'quote.module', 'freshness'] },
    ],
    [
      'what the collateral says',
      inText(collateral, 'UpToDate', 'Revoked'),
      { exit: 10, failed: ['quote.tcb', 'quote.module', 'freshness'] },
    ],
    [
      "the quote of twl-attest's answer",
      flippedIn(attest, /"quote": ?"[0-9a-f]{1200}/),
      { exit: 10, failed: ['freshness', 'runtime.receipt'] },
    ],
    [
      "the receipt in twl-attest's answer",
      (bundle) => {
        bundle.attest.text = bundle.attest.text.replace(story.commit, flipped(story.commit, 7));
      },
      { exit: 10, failed: ['freshness', 'runtime.receipt'] },
    ],
    [
      'the number that was asked',
      (bundle) => {
        bundle.nonce = flipped(bundle.nonce, 20);
      },
      { exit: 10, failed: ['freshness'] },
    ],
    [
      'a Sigstore bundle',
      (bundle) => {
        const [document] = bundle.provenance.documents;
        const parsed = JSON.parse(document.text);
        parsed.dsseEnvelope.signatures[0].sig = `${flipped(parsed.dsseEnvelope.signatures[0].sig, 30)}`;
        document.text = JSON.stringify(parsed);
      },
      { exit: 10, failed: ['provenance.bundle'] },
    ],
    [
      'a Sigstore bundle of another image',
      (bundle) => {
        const other = sigstore.bundle({ digest: `${'52'}${DIGEST.slice(2)}`, claims: claimsOf(FORGE) });
        bundle.provenance.documents[0].text = JSON.stringify(other);
      },
      { exit: 10, failed: ['provenance.subject'] },
    ],
    [
      'a list of refs that names another commit',
      (bundle) => {
        bundle.source.refs.list[0].id = flipped(bundle.source.refs.list[0].id, 3);
      },
      { exit: 13, open: ['source.reachable'], failed: [] },
    ],
    [
      'a list of refs of another object format',
      (bundle) => {
        bundle.source.refs.list[0].id = 'a1'.repeat(32);
      },
      { exit: 13, open: ['source.reachable'], failed: [] },
    ],
    [
      'the commit that a pack is said to be of',
      (bundle) => {
        bundle.source.packs[0].commit = 'a1'.repeat(20);
      },
      { exit: 13, failed: [] },
    ],
  ])('%s', async (_name, change, expected) => {
    const found = await judge(change);
    expect(found.verdict).not.toBe('VERIFIED');
    expect(found).toMatchObject(expected);
  });

  test('any byte of the pack', async () => {
    const kept = await saved();
    for (const share of [0.02, 0.3, 0.6, 0.97]) {
      const found = await judge((bundle) => {
        const pack = Buffer.from(bundle.source.packs[0].base64, 'base64');
        const at = Math.floor(pack.length * share);
        pack[at] = (pack[at] ?? 0) ^ 1;
        bundle.source.packs[0].base64 = pack.toString('base64');
      });
      expect([share, found.verdict === 'VERIFIED', found.exit === 0]).toEqual([share, false, false]);
    }
    expect(kept.path).not.toBe('');
  });

  test('a root, whose hash then is another one than beside it, or than was named', async () => {
    const { root } = createIntel();
    const base64 = Buffer.from(root.der).toString('base64');
    const beside = await judge((bundle) => {
      bundle.roots.tdx.base64 = base64;
    });
    expect(beside.exit).toBe(10);
    expect(beside.stderr).toContain(`roots.tdx hashes to ${sha256Hex(root.der)} and not to the`);
    const named = await judge((bundle) => {
      bundle.roots.tdx.base64 = base64;
      bundle.roots.tdx.sha256 = sha256Hex(root.der);
    });
    expect(named.exit).toBe(2);
    expect(named.stderr).toContain('no root of the bundle that counts has that hash');
    const other = Buffer.from(new Sigstore({ uri: 'https://fulcio.sigstore.dev' }).root()).toString('utf8');
    const unnamed = await judge((bundle) => {
      bundle.roots.sigstore[0].text = other;
      bundle.roots.sigstore[0].sha256 = sha256Hex(Buffer.from(other));
    });
    expect(unnamed.exit).toBe(2);
    // Beside a good one it is not believed, and what the good one vouches for stays good.
    const more = await judge((bundle) => {
      bundle.roots.sigstore.push({ origin: 'x', sha256: sha256Hex(Buffer.from(other)), text: other });
    });
    expect(more).toMatchObject({ exit: 0, verdict: 'VERIFIED' });
  });

  test('words about it change nothing; logs, which are words too, neither', async () => {
    const found = await judge((bundle) => {
      bundle.note = 'x';
      bundle.target = 'y';
      bundle.collected_at = '1999-01-01T00:00:00Z';
      bundle.judged_at = '2100-01-01T00:00:00Z';
      bundle.answer.origin = 'z';
      bundle.logs.text = 'nothing';
    });
    expect(found).toMatchObject({ exit: 0, verdict: 'VERIFIED' });
  });
});

test('words of a bundle reach a terminal as escapes', async () => {
  const { command, path } = changedBundle(await saved(), (bundle) => {
    for (const one of [bundle.answer, bundle.attest, bundle.collateral, bundle.logs, bundle.roots.tdx]) {
      one.origin = '\u001b[2J\u202eanswer';
    }
    bundle.source.origin = '\u001b[2J\u202esource';
    bundle.source.refs.origin = '\u001b[2J\u202erefs';
    bundle.provenance.documents[0].origin = '\u001b[2J\u202edocument';
  });
  const verbose = await call([...command, '--verbose']);
  // Lines are wrapped anywhere in a long word.
  expect(verbose.stdout.replaceAll(/\s/g, '')).toContain(String.raw`\x1b[2J\u{202e}source`);
  for (const { stdout, stderr } of [verbose, await call(command), await call(['verify', path])]) {
    expect(`${stdout}${stderr}`.includes('\u001b') || `${stdout}${stderr}`.includes('\u202e')).toBe(false);
  }
});

describe('one part missing is never VERIFIED', () => {
  test.each<[string, Changing, Partial<Found>]>([
    ['collateral', (bundle) => delete bundle.collateral, { exit: 13, open: ['quote.tcb', 'quote.module'] }],
    ['attest', (bundle) => delete bundle.attest, { exit: 13, open: ['runtime.receipt'] }],
    ['source', (bundle) => delete bundle.source, { exit: 13 }],
    ['source.refs', (bundle) => delete bundle.source.refs, { exit: 13, open: ['source.reachable'] }],
    [
      'source.packs',
      (bundle) => {
        bundle.source.packs = [];
      },
      { exit: 13 },
    ],
    ['provenance', (bundle) => delete bundle.provenance, { exit: 13 }],
    [
      'provenance.documents',
      (bundle) => {
        bundle.provenance.documents = [];
      },
      { exit: 13 },
    ],
    ['answer', (bundle) => delete bundle.answer, { exit: 30 }],
    ['roots', (bundle) => delete bundle.roots, { exit: 30 }],
    ['roots.tdx', (bundle) => delete bundle.roots.tdx, { exit: 30 }],
    [
      'roots.sigstore',
      (bundle) => {
        bundle.roots.sigstore = [];
      },
      { exit: 2 },
    ],
    ['judged_at', (bundle) => delete bundle.judged_at, { exit: 30 }],
  ])('%s', async (_name, change, expected) => {
    const found = await judge(change);
    expect(found.verdict).not.toBe('VERIFIED');
    expect(found.failed).toEqual([]);
    expect(found).toMatchObject(expected);
  });

  test('the number that was asked informs, and nobody expected one', async () => {
    expect(await judge((bundle) => delete bundle.nonce)).toMatchObject({ exit: 0, verdict: 'VERIFIED' });
  });
});
