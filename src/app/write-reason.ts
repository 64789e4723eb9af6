const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist.',
  ENOTDIR: 'a part of the path is a file, not a folder.',
  EACCES: 'no permission.',
  EPERM: 'no permission.',
  EROFS: 'the disk is read-only.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk quota is used up.',
  EISDIR: 'it is a folder.',
  EEXIST: 'there is a file of that name.',
  EFBIG: 'the file would exceed the size limit here.',
};

/** Returns why something could not be written, in plain words. */
export function writeReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return WRITE_REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
