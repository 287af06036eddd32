import {
  KUBELET_CONFIG_KINDS,
  type KubeletChange,
  type KubeletConfigKind,
  type KubeletFacts,
  type KubeletFile,
} from '../../api/snapshot.ts';
import { present } from './present.ts';
import { flag, listOf, record, text, type Reader } from './reading.ts';
import { SnapshotError } from './snapshot-error.ts';

const optional =
  <T>(reader: Reader<T>): Reader<T | undefined> =>
  (field, value) =>
    value === undefined || value === null ? undefined : reader(field, value);

/** The kubelet of a snapshot. */
export const kubeletFacts: Reader<KubeletFacts> = (field, value) => {
  const { unit, pid, files, failSwapOnFlag, configPath, configDir, configVariable, sawSwap } = record(
    field,
    value,
  );
  return {
    unit: text(`${field}.unit`, unit),
    pid: Number(text(`${field}.pid`, pid)),
    files: listOf(kubeletFile)(`${field}.files`, files ?? []),
    ...present({
      failSwapOnFlag: optional(flag)(`${field}.failSwapOnFlag`, failSwapOnFlag),
      configPath: optional(text)(`${field}.configPath`, configPath),
      configDir: optional(text)(`${field}.configDir`, configDir),
      configVariable: optional(flag)(`${field}.configVariable`, configVariable),
      sawSwap: optional(flag)(`${field}.sawSwap`, sawSwap),
    }),
  };
};

const kubeletFile: Reader<KubeletFile> = (field, value) => {
  const { path, failSwapOn, swapBehavior, read } = record(field, value);
  return {
    path: text(`${field}.path`, path),
    read: flag(`${field}.read`, read),
    ...present({
      failSwapOn: optional(flag)(`${field}.failSwapOn`, failSwapOn),
      swapBehavior: optional(text)(`${field}.swapBehavior`, swapBehavior),
    }),
  };
};

/** A change of its configuration that we made. */
export const kubeletChange: Reader<KubeletChange> = (field, value) => {
  const { state, how, path, unit, message } = record(field, value);
  if (state !== 'Unfinished' && state !== 'TakenBack' && state !== 'Done') {
    throw new SnapshotError(`${field}.state`, 'Unfinished, TakenBack or Done', state);
  }
  return {
    state,
    how: configKind(`${field}.how`, how),
    path: text(`${field}.path`, path),
    unit: text(`${field}.unit`, unit),
    ...present({ message: optional(text)(`${field}.message`, message) }),
  };
};

const configKind: Reader<KubeletConfigKind> = (field, value) => {
  const known = KUBELET_CONFIG_KINDS.find((kind) => kind === value);
  if (known !== undefined) return known;
  throw new SnapshotError(field, `one of ${KUBELET_CONFIG_KINDS.join(', ')}`, value);
};
