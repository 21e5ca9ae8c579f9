/** HTML that was made here, as opposed to text, which is escaped before it becomes a part of it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export const NOTHING: Markup = new Markup('');
