import { GRAMMAR_VERSION } from './canonical.ts';
import { PIN_KEYS } from './keys.ts';

/**
 * The keys of the pin as a JSON Schema (2020-12) of an object whose values are all strings, for editors and for
 * programs that write pins. Every pin that is read satisfies it; the reader is stricter than patterns can be.
 */
export const pinJsonSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'The pin of a trusted workload',
  $comment: `grammar version ${GRAMMAR_VERSION}`,
  type: 'object',
  properties: Object.fromEntries(
    PIN_KEYS.map(({ name, description, pattern, example }) => [
      name,
      { type: 'string', description, pattern, examples: [example] },
    ]),
  ),
  required: PIN_KEYS.filter((row) => row.required).map((row) => row.name),
  additionalProperties: false,
  allOf: [
    {
      if: { properties: { INSTALL_CMD: { pattern: String.raw`\S` } }, required: ['INSTALL_CMD'] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
      then: { required: ['RUN_CMD'] },
    },
    { not: { required: ['RUN_CMD', 'ENTRYPOINT_SCRIPT'] } },
  ],
});
