import { isUrl } from '../audit/collect/address.ts';
import { checkOutputs, clashOf, type NamedPath } from '../audit/outputs.ts';
import { usageError } from './errors.ts';
import type { VerifyRequest } from './request.ts';

const named = (name: string, paths: string | readonly string[] | undefined): NamedPath[] =>
  [paths ?? []].flat().map((path) => ({ name, path }));

/** Files that a run reads, by the options that name them. */
const inputsOf = (request: VerifyRequest): readonly NamedPath[] =>
  [
    ...named('TARGET', request.target),
    ...named('--policy', request.policies),
    ...named('--allowed', request.allowed),
    ...named('--compose', request.compose),
    ...named('--mock-root', request.mockRoot),
    ...named('--collateral', request.collateral),
    ...named('--bundle', request.bundles),
    ...named('--trusted-root', request.trustedRoots),
    ...named('--receipt', request.receipt),
    ...named('--attest', request.attest),
    ...named('--logs', request.logs),
  ].filter(({ name, path }) => !isUrl(path) && !(name === 'TARGET' && path === '-'));

/**
 * Sees, before anything is read or fetched, that what is written can be, and does away with nothing: neither with a file that this
 * run reads nor with its own other output. Throws CliError `usage`, StateError.
 */
export const checkRequestedOutputs = (request: VerifyRequest): void => {
  const { save, html, attestResult } = request;
  const outputs = [...named('--save', save), ...named('--html', html), ...named('--attest-result', attestResult)];
  if (outputs.length === 0) return;
  const clash = clashOf(outputs, inputsOf(request));
  if (clash !== undefined) {
    const [output, other] = clash;
    throw usageError(
      `${output.name} would be written over ${other.name}: they name the same file`,
      `name another file with ${output.name}`,
    );
  }
  checkOutputs(outputs);
};
