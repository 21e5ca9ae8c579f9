import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import type { Deployment } from '../../mocks/deployment.ts';
import { LAUNCHER_IMAGE } from '../../mocks/deployment/app-compose.ts';
import { changeEvent, insertBefore } from '../../mocks/deployment/edit-events.ts';
import { runtimeEvent } from '../../mocks/deployment/event.ts';
import type { DeploymentOptions } from '../../mocks/deployment/options.ts';
import type { CollateralChanges } from '../../mocks/intel/collateral.ts';
import { platformStatus } from '../../mocks/intel/tcb-changes.ts';
import { runLauncher } from '../../support/run-launcher.ts';
import { useScratch } from '../../support/use-scratch.ts';
import { flip, good, intel, make, stranger } from './support/baseline.ts';

/** One run of the program: what is saved, and what it is held against. */
interface Case {
  readonly options?: DeploymentOptions;
  readonly collateral?: CollateralChanges;
  readonly answer?: (deployment: Deployment) => string;
  readonly policy?: string;
  readonly root?: string;
  readonly args?: readonly string[];
  readonly exit: number;
  /** The last line of standard output. */
  readonly line: RegExp;
}

const { name, hash, mrtd, rtmr0, rtmr1, rtmr2 } = good.osImage;
const POLICY = [
  `key_provider_id = "${good.keyProvider.id}"`,
  '[[os_image]]',
  ...Object.entries({ name, hash, mrtd, rtmr0, rtmr1, rtmr2 }).map(([key, value]) => `${key} = "${value}"`),
  '[[launcher]]',
  `digest = "${LAUNCHER_IMAGE.slice(LAUNCHER_IMAGE.indexOf('@') + 1)}"`,
  'program = "trusted-workload-launcher"',
  '',
].join('\n');

const failing = (word: string, ids: string): RegExp =>
  new RegExp(`^SIMULATED: ${word} \\(attestation only\\): [^;]*; ${ids.replaceAll('.', '\\.')}$`);

const other = (size: number): Buffer => Buffer.alloc(size, 0x5a);
const CASES: Readonly<Record<string, Case>> = {
  'as it should be': { exit: 0, line: /^SIMULATED: PASSED \(attestation only\): 29 passed, 1 not checked$/ },
  'a quote answer': {
    answer: (deployment) => JSON.stringify(deployment.quoteAnswer()),
    exit: 0,
    line: /^SIMULATED: PASSED \(attestation only\): 28 passed, 2 not checked$/,
  },
  'a signature that was turned': {
    options: { quote: { edit: (quote) => flip(quote, 640) } },
    exit: 10,
    line: failing('REJECTED', 'quote.signature'),
  },
  'a quote that is cut': {
    options: { quote: { edit: (quote) => quote.subarray(0, 900) } },
    exit: 30,
    line: failing('MALFORMED', 'quote.parse'),
  },
  'a quote of version 3': {
    options: { quote: { header: { version: 3 } } },
    exit: 20,
    line: failing('UNSUPPORTED', 'quote.parse'),
  },
  debug: {
    options: { body: { tdAttributes: Buffer.from('0100001000000000', 'hex') } },
    exit: 10,
    line: failing('REJECTED', 'quote.debug'),
  },
  'another root': { root: stranger.root.pem, exit: 10, line: failing('REJECTED', 'quote.signature, quote.module') },
  'collateral of last month': {
    collateral: { now: intel.now - 31 * 24 * 3600 },
    exit: 12,
    line: failing('STALE', 'quote.tcb, quote.module'),
  },
  'a platform out of date': {
    collateral: { tcbInfo: { change: platformStatus('OutOfDate') } },
    exit: 10,
    line: failing('REJECTED', 'quote.tcb'),
  },
  'an edited log': {
    options: { editEvents: changeEvent('mr-kms', runtimeEvent('mr-kms', other(32))), refold: false },
    exit: 10,
    line: failing('REJECTED', 'eventlog.replay'),
  },
  'an event before system-ready': {
    options: { editEvents: insertBefore('system-ready', runtimeEvent('x')) },
    exit: 10,
    line: failing('REJECTED', 'eventlog.order, cert.report-data'),
  },
  'another app-compose': {
    options: { shownAppCompose: '{}' },
    exit: 10,
    line: failing('REJECTED', 'compose.hash, compose.config-id'),
  },
  'another app': { args: ['--app-id', '0a'.repeat(20)], exit: 10, line: failing('REJECTED', 'app.id') },
  'another image': {
    options: { osImage: { digests: { kernel: other(48) } } },
    exit: 10,
    line: failing('REJECTED', 'os.image'),
  },
  'another KMS': {
    policy: POLICY.replace(good.keyProvider.id, '5a'.repeat(91)),
    exit: 10,
    line: failing('REJECTED', 'kms.identity'),
  },
  'another key in the certificate': {
    options: { reportData: other(64) },
    exit: 10,
    line: failing('REJECTED', 'cert.report-data'),
  },
  'no app-compose': {
    answer: (deployment) => JSON.stringify({ ...deployment.info(), tcb_info: '' }),
    exit: 13,
    line: /^SIMULATED: CONSISTENT \(attestation only\): [^;]*; compose\.hash(?:, compose\.[a-z-]+)*(?: and .*)?$/,
  },
  'an answer that is none': { answer: () => '{}', exit: 30, line: /^$/ },
};

let run = 0;

test.each(Object.entries(CASES))(
  '%s',
  async (_, { options = {}, collateral, answer, policy = POLICY, root = intel.root.pem, args, exit, line }) => {
    const scratch = useScratch();
    const save = (file: string, content: string): string => {
      const path = scratch.join(file);
      writeFileSync(path, content);
      return path;
    };
    const deployment = make({ appId: good.appId, ...options });
    const target = save('answer.json', (answer ?? ((one) => JSON.stringify(one.info())))(deployment));
    const { code, stdout } = await runLauncher({
      program: 'twl',
      args: [
        'verify',
        target,
        ...['--mock-root', save('root.pem', root)],
        ...['--policy', save('policy.toml', policy)],
        ...['--collateral', save('collateral.json', JSON.stringify(intel.collateral(collateral)))],
        ...['--at', String(intel.now), '--only', 'attestation'],
        ...(args ?? ['--app-id', good.appId]),
      ],
    });
    run += 1;
    expect(code).toBe(exit);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(line);
  },
);

afterAll(() => {
  console.info(`variants: ${run} through bin/twl`);
});
