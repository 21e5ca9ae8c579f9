import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page. */
export interface Block {
  /** What stands behind the fence: `bash demo`, `text`, … */
  readonly info: string;
  readonly text: string;
  /** Of the fence, from 1. */
  readonly line: number;
  /** The heading that it stands below. */
  readonly heading: string;
}

/** Commands that a test runs, and what they print. */
export interface Commands extends Block {
  readonly expected: string;
}

export const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

/** All fenced blocks of a page, in their order. */
export const blocksOf = (text: string): Block[] => {
  const blocks: Block[] = [];
  let heading = '';
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === undefined && line.startsWith('#')) heading = line.replace(/^#+ /, '');
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { info: line.slice(3), line: index + 1, lines: [] };
    else {
      blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line, heading });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} does not end`);
  return blocks;
};

/** The blocks that are marked to be run, each with the output that the page shows below it. */
export const commandsOf = (text: string): Commands[] => {
  const blocks = blocksOf(text);
  return blocks.flatMap((block, index) => {
    if (block.info !== 'bash demo') return [];
    const next = blocks[index + 1];
    return [{ ...block, expected: next?.info === 'text' ? next.text : '' }];
  });
};
