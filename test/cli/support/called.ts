import { type Process, run } from '../../../src/cli/run.ts';

export interface Called {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of `twl` in this process. */
export const call = async (args: readonly string[], more: Partial<Process> = {}): Promise<Called> => {
  let stdout = '';
  let stderr = '';
  const exit = await run(args, {
    version: '1.2.3',
    terminal: { color: false, width: undefined },
    debug: false,
    print: (text) => {
      stdout += text;
    },
    say: (text) => {
      stderr += text;
    },
    ...more,
  });
  return { exit, stdout, stderr };
};

/** The last line, which is the verdict's. */
export const lastLine = ({ stdout }: Called): string => stdout.trimEnd().split('\n').at(-1) ?? '';
