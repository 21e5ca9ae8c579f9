/** How the demo tells its story: chapters, sentences, the commands that it runs and what they print. */
const { env, stdout } = process;
const hasColor = stdout.isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';

const styled = (code: number, text: string): string => (hasColor ? `\u001b[${code}m${text}\u001b[0m` : text);

const print = (text = ''): void => void stdout.write(`${text}\n`);

let chapters = 0;

/** A new part of the story. */
export const chapter = (title: string): void => {
  chapters += 1;
  print();
  print(styled(1, `${chapters}. ${title}`));
};

/** Sentences of the story, each on its line. */
export const tell = (...lines: readonly string[]): void => {
  print();
  for (const line of lines) print(line);
};

/** Arguments a line hold so many characters. */
const WIDTH = 110;

const quoted = (argument: string): string =>
  /^[\w./:@%+,=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

/** A command as one could type it: an option and its value stay on one line. */
export const commandLines = (argv: readonly string[]): string[] => {
  const words: string[] = [];
  for (const [place, argument] of argv.entries()) {
    const isValue = argv[place - 1]?.startsWith('--') === true && !argument.startsWith('--');
    if (isValue) words.push(`${words.pop()} ${quoted(argument)}`);
    else words.push(quoted(argument));
  }
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines.map((line, place) => (place < lines.length - 1 ? `${line} \\` : line));
};

/** The command that is about to run. */
export const showCommand = (argv: readonly string[]): void => {
  print();
  for (const [place, line] of commandLines(argv).entries()) print(styled(36, `${place === 0 ? '$ ' : '    '}${line}`));
};

/** What a program printed, behind a bar. */
export const showOutput = (text: string): void => {
  if (text === '') return;
  for (const line of text.replace(/\n$/, '').split('\n')) print(`${styled(2, '|')} ${line}`.trimEnd());
};
