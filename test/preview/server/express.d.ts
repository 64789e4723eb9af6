/** The little of express that the service uses; the package itself brings no types. */
declare module 'express' {
  import type { Server } from 'node:http';

  function express(): express.Application;
  namespace express {
    interface Request {
      readonly query: Readonly<Record<string, unknown>>;
      readonly headers: Readonly<Partial<Record<string, string>>>;
    }
    type Handler = (request: Request, response: unknown, next: () => void) => void;
    interface Application {
      use(handler: Handler): void;
      use(path: string, router: object): void;
      listen(port: number, host: string, ready: () => void): Server;
    }
    class Router {}
  }
  export = express;
}
