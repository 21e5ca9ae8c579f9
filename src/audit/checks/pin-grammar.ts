import { EXIT } from '../../base/exit-codes.ts';
import { GRAMMAR_VERSION } from '../../pin/canonical.ts';
import { GRAMMAR_LABEL } from '../../pin/grammar-label.ts';
import type { Context } from '../context.ts';
import { contentsOf } from '../derived-launchers.ts';
import { failed, type Outcome } from '../outcome.ts';

const other = (found: string): Outcome =>
  failed(
    {
      summary: 'the launcher of the image reads a pin by other rules than those of this program',
      expected: `grammar ${GRAMMAR_VERSION}`,
      found: `grammar ${found}`,
      source: 'built in',
      details: [`the image says so in its label ${GRAMMAR_LABEL}, which its digest covers`],
      hint: "use the version of this program that belongs to the deployment's launcher",
    },
    EXIT.unsupported,
  );

/**
 * The version of the pin's grammar that the launcher's image says it reads, against the one of this program: why the pin may mean something
 * else there, or a line that says that it does not, or that nobody looked.
 */
export const judgeGrammar = (context: Context): Outcome | readonly string[] => {
  const { review } = context.compose();
  const contents = contentsOf(context.evidence.images, review.launcher?.image?.digest);
  const rest = `it is read by grammar ${GRAMMAR_VERSION}`;
  if (contents === undefined)
    return [`${rest}; which one the image reads was not looked at: its config was not fetched`];
  if ('error' in contents) return [`${rest}; which one the image reads is not known: ${contents.error.message}`];
  const { grammars } = contents.value;
  const different = grammars.find((one) => one !== undefined && one !== String(GRAMMAR_VERSION));
  if (different !== undefined) return other(different);
  if (grammars.includes(undefined))
    return [`${rest}; the image has no label ${GRAMMAR_LABEL} that says which one it reads`];
  return [`${rest}, as the image does`];
};
