/**
 * Modules of Node that few runs need, loaded when one is first asked for: all of them take longer to load than a small file
 * takes to be read.
 */
export const builtins = {
  get http() {
    return process.getBuiltinModule('node:http');
  },
  get net() {
    return process.getBuiltinModule('node:net');
  },
  get zlib() {
    return process.getBuiltinModule('node:zlib');
  },
} as const;
