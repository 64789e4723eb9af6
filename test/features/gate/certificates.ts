/** Certificates for the tests of the gate: of the bakery, and with single facts changed and sealed again. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { type Certificate, type CertificateBody, parseCertificate, serializeCertificate } from '../../../src/audit/certificate-file.js';
import { type CliResult, runCli } from '../../support/run.js';

export const KEY = 'a key of the observatory, long enough';

export const USERS = 'id,username,email,active,authenticationType\n1,ana@dome.example,ana@dome.example,true,idp\n2,ben,ben@dome.example,false,basic\n';
export const GROUPS = 'id,name\n7,Observers\n';
export const MEMBERSHIPS = 'groupId,userId\n7,1\n';
/** An organization that is ready. */
export const READY = { 'users.csv': USERS, 'groups.csv': GROUPS, 'memberships.csv': MEMBERSHIPS } as const;

export type Environment = Readonly<Record<string, string>>;

/** Runs `check --certificate certificate.json` in a folder that holds an export. */
export function certifyFolder(folder: string, more: readonly string[] = [], env: Environment = {}): Promise<CliResult> {
  return runCli(['check', '.', '--auth-mode', 'multi', '--certificate', 'certificate.json', ...more], { cwd: folder, env });
}

export const textOf = (folder: string): string => readFileSync(join(folder, 'certificate.json'), 'utf8');

export function certificateIn(folder: string, key?: string): Certificate {
  return parseCertificate(readFileSync(join(folder, 'certificate.json')), 'certificate.json', NODE_DIGESTS, key);
}

/** Returns the text of a certificate with some facts changed, its digest right again. */
export function resealed(text: string, change: Partial<CertificateBody>, key?: string): string {
  const { schemaVersion: _, kind: __, digest: ___, ...body } = JSON.parse(text) as Certificate;
  return serializeCertificate({ ...body, ...change }, NODE_DIGESTS, key);
}

/** Runs `gate` on the folder's certificate and, if the arguments begin with an option, on the export in the folder. */
export const gate = (folder: string, args: readonly string[] = [], env: Environment = {}): Promise<CliResult> => {
  const isSourceGiven = args.includes('--users') || (args[0] !== undefined && !args[0].startsWith('-'));
  return runCli(['gate', 'certificate.json', ...(isSourceGiven ? [] : ['.']), ...args], { cwd: folder, env });
};
