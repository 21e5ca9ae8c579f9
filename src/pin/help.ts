import { PIN_KEY_NAMES, PIN_KEYS } from './keys.ts';

/** The keys as a table for a terminal: one line a key, the required ones marked with `*`. */
export const describeKeys = (): string => {
  const width = Math.max(...PIN_KEY_NAMES.map((name) => name.length)) + 2;
  return PIN_KEYS.map(
    ({ name, required, description }) => `  ${`${name}${required ? ' *' : ''}`.padEnd(width)}  ${description}\n`,
  ).join('');
};

/** The keys as a Markdown table, for the documentation. */
export const tabulateKeys = (): string => {
  const rows = PIN_KEYS.map(
    ({ name, required, description, absent, example }) =>
      `| \`${name}\` | ${required ? '**required**' : absent} | ${description} | \`${example}\` |\n`,
  );
  return `| Key | Without it | Meaning | Example |\n| --- | --- | --- | --- |\n${rows.join('')}`;
};
