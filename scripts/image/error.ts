/** What keeps an image or a release from being made. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
  }
}
