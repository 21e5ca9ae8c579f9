import { messageOf } from '../../base/error.ts';
import type { SignedBundle } from '../bundle.ts';
import { type Claims, readClaims } from '../claims.ts';
import type { Rules } from '../expectations.ts';
import type { Instance } from '../instance.ts';
import { MAX_CLOCK_SKEW } from '../limits.ts';
import { broken, failed, passed } from '../outcome.ts';
import type { ProvenanceCheck } from '../result.ts';
import type { TrustedRoot } from '../trusted-root.ts';
import { verifyBundle } from '../verify-bundle.ts';

/** What came of verifying; `claims` is there only where the check passed. */
export interface Verified {
  readonly check: ProvenanceCheck;
  readonly instance: Instance | undefined;
  readonly simulated: boolean;
  readonly claims?: Claims;
}

interface Attempts {
  readonly roots: readonly TrustedRoot[];
  /** Why not under the others. */
  readonly reasons: readonly string[];
}

/** Each root by itself, with the thresholds of its own instance. */
const attempt = (bundle: SignedBundle, roots: readonly TrustedRoot[]): Attempts => {
  const reasons: string[] = [];
  const fitting = roots.filter((root) => {
    try {
      verifyBundle(bundle, root);
      return true;
    } catch (error) {
      reasons.push(messageOf(error));
      return false;
    }
  });
  return { roots: fitting, reasons };
};

const describe = ({ instance, sha256 }: TrustedRoot): string => `${instance} root ${sha256}`;

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** What speaks against a bundle although its signature is good. */
const objection = (root: TrustedRoot, claims: Claims, rules: Rules, now: number): ProvenanceCheck | undefined => {
  if (!rules.instances.includes(root.instance)) {
    return failed('signed at an instance of Sigstore that is not admitted', {
      expected: rules.instances.join(' or '),
      found: root.instance,
    });
  }
  const { visibility } = claims.current;
  // GitHub signs builds of private repositories at its own instance, and there builds of public ones too where asked to.
  if (root.instance === 'public-good' && visibility !== undefined && visibility !== 'public') {
    return failed('the public instance vouches for a repository that was not public', {
      expected: 'public',
      found: visibility,
    });
  }
  if (claims.notBefore > now + MAX_CLOCK_SKEW) {
    return failed('signed after the time that is judged for', {
      expected: `at most ${utc(now)}`,
      found: utc(claims.notBefore),
    });
  }
  return undefined;
};

/** The bundle verifies under the roots of exactly one admitted instance, and its certificate is one that Fulcio issues for signing. */
export const checkSignature = (
  bundle: SignedBundle,
  roots: readonly TrustedRoot[],
  rules: Rules,
  now: number,
): Verified => {
  const none = { instance: undefined, simulated: false };
  try {
    // Read first: what is not strict DER never reaches the library's lenient reader.
    const claims = readClaims(bundle.leaf);
    const { roots: fitting, reasons } = attempt(bundle, roots);
    const [root, ...more] = fitting;
    const expected = roots.map(describe).join(' or ');
    if (root === undefined) {
      return {
        ...none,
        check: {
          ...failed('verifies under no trusted root', { expected, found: reasons.join('; ') }),
          lacksRoot: true,
        },
      };
    }
    const found = describe(root);
    const verified = { instance: root.instance, simulated: fitting.some(({ simulated }) => simulated) };
    if (more.some(({ instance }) => instance !== root.instance)) {
      const instances = fitting.map(describe).join(' and ');
      return {
        ...verified,
        check: failed('verifies under the roots of two instances', { expected, found: instances }),
      };
    }
    const against = objection(root, claims, rules, now);
    if (against !== undefined) return { ...verified, check: against };
    return { ...verified, check: passed('signed at an admitted instance of Sigstore', { expected, found }), claims };
  } catch (error) {
    return { ...none, check: broken(error) };
  }
};
