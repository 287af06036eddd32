import { readFile } from 'node:fs/promises';
import { labApi, type LabApi } from './api.ts';
import { certificatePaths } from './certificate-paths.ts';

/** A client of the lab's API server with all rights. */
export async function adminApi(labDir: string, port: number): Promise<LabApi> {
  const paths = certificatePaths(labDir);
  const read = (path: string): Promise<string> => readFile(path, 'utf8');
  const [ca, cert, key] = await Promise.all([
    read(paths.caCert),
    read(paths.kubeletClientCert),
    read(paths.kubeletClientKey),
  ]);
  return labApi(port, ca, { cert, key });
}
