import { open, type FileHandle } from 'node:fs/promises';

/** What work gives, and how many bytes it reads of files. */
export async function bytesRead<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly bytes: number }> {
  const handle = await open(import.meta.filename);
  const handles = Object.getPrototypeOf(handle) as Pick<FileHandle, 'read'>;
  await handle.close();
  const { read } = handles;
  let bytes = 0;
  const counted: Record<'read', (...asked: unknown[]) => Promise<{ readonly bytesRead: number }>> = {
    async read(...asked) {
      const result = (await Reflect.apply(read, this, asked)) as { readonly bytesRead: number };
      bytes += result.bytesRead;
      return result;
    },
  };
  Object.assign(handles, counted);
  try {
    return { result: await work(), bytes };
  } finally {
    handles.read = read;
  }
}
