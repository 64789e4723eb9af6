/** The world as the program sees it; a test gives another one. */

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns?: number;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a relative path starts. */
  readonly folder: string;
  now(): Date;
}

/** Yields the process's own streams. A reader that went away (`| head`) is no error: the verdict still counts. */
export function processIo(): Io {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    stdin: process.stdin,
    environment: process.env,
    folder: process.cwd(),
    now: () => new Date(),
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  let isClosed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isClosed = true;
  });
  return {
    write(text) {
      if (!isClosed) stream.write(text);
    },
    isTTY: stream.isTTY === true,
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
  };
}

/** Colours only on a terminal, and not where NO_COLOR or --no-color says so. */
export function hasColours(output: Output, { environment }: Io, isWanted: boolean): boolean {
  return isWanted && output.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb';
}
