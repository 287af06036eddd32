import type { NvmeIdentity } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { present } from '../inventory/present.ts';
import { orAbsent } from './reads.ts';

/** What sysfs tells of an NVMe namespace and of the controller behind it. */
export async function readNamespace(host: Host, kname: string): Promise<NvmeIdentity> {
  const base = `/sys/class/block/${kname}`;
  const [nsid, nguid, eui64, controller] = await Promise.all([
    host.readFile(`${base}/nsid`),
    orAbsent(host.readFile(`${base}/nguid`), ''),
    orAbsent(host.readFile(`${base}/eui`), ''),
    controllerOf(host, base),
  ]);
  return {
    nsid: Number(nsid),
    ...controller,
    ...present({ nguid: significant(nguid), eui64: significant(eui64) }),
  };
}

/**
 * With native multipath a namespace hangs on a subsystem that has one or more controllers. One of them that is not on
 * the PCIe bus is enough to make the namespace a remote one.
 */
async function controllerOf(host: Host, base: string): Promise<NvmeIdentity> {
  const parent = await host.realPath(`${base}/device`);
  const directories = /\/nvme\d+$/.test(parent)
    ? [parent]
    : (await host.readDirectory(parent))
        .filter((name) => /^nvme\d+$/.test(name))
        .map((name) => `${parent}/${name}`);
  const controllers = await Promise.all(directories.map((directory) => readController(host, directory)));
  return controllers.find(({ transport }) => transport !== 'pcie') ?? controllers[0] ?? {};
}

async function readController(host: Host, directory: string): Promise<NvmeIdentity> {
  const [transport, address, node, revision] = await Promise.all([
    host.readFile(`${directory}/transport`),
    orAbsent(host.readFile(`${directory}/address`), ''),
    orAbsent(host.readFile(`${directory}/numa_node`), ''),
    orAbsent(host.readFile(`${directory}/firmware_rev`), ''),
  ]);
  const numaNode = node.trim() === '' ? undefined : Number(node);
  const firmware = revision.trim() === '' ? undefined : revision.trim();
  return { transport: transport.trim(), address: address.trim(), ...present({ numaNode, firmware }) };
}

/** Drives without such a number show zeros. */
function significant(text: string): string | undefined {
  const value = text.trim();
  return /[1-9a-f]/i.test(value.replaceAll(/[-. ]/g, '')) ? value : undefined;
}
