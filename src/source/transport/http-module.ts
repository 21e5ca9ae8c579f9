/**
 * The built-in HTTP client, when it is needed. Not by `import`: that evaluates every lazy export of `node:http`, the
 * WebSocket client among them, which costs as much as the whole start of Node.
 */
export const httpModule = (isSecure: boolean): Pick<typeof import('node:https'), 'request'> =>
  process.getBuiltinModule(isSecure ? 'node:https' : 'node:http') as typeof import('node:https');
