import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Packaged {
  readonly title: string;
  /** Its licence in full; where the package has no such file, what its manifest says. */
  readonly text: string;
}

const LICENCE_FILE = /^licen[cs]e(?:[.-].*)?$/i;

const read = (folder: string): Packaged => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { title: `${name} ${version} (${license})`, text: texts.join('\n\n') };
};

/**
 * What has to go with code of others: the name, version and licence of each npm package that became part of the programs. A licence that several
 * have word for word stands there once.
 * @param folders of the packages
 */
export const describeLicences = (folders: readonly string[]): string => {
  const byText = new Map<string, string[]>();
  for (const { title, text } of folders.map(read)) byText.set(text, [...(byText.get(text) ?? []), title]);
  const parts = [...byText].map(([text, titles]) => ({ titles: titles.sort(), text }));
  parts.sort((a, b) => (a.titles[0]! < b.titles[0]! ? -1 : 1));
  const rule = '='.repeat(80);
  return `The programs here contain code of these npm packages.\n\n${parts
    .map(
      ({ titles, text }) =>
        `${rule}\n${titles.join('\n')}\n${rule}\n\n${text === '' ? 'No licence text comes with it.' : text}\n`,
    )
    .join('\n')}`;
};
