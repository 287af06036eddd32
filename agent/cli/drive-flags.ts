import { InvalidArgumentError, Option, type Command } from 'commander';

/** Which local drives are meant, as `drives.include` and `drives.exclude` of a profile say it. */
export interface DriveFlags {
  includeDrives?: string[];
  excludeDrives?: string[];
}

/** Patterns for a path, kernel name, by-id name or model; what is only taken on request is asked for by them. */
export function addDriveFlags(command: Command): Command {
  const patterns = (flag: string, text: string, name: string): Option =>
    new Option(`${flag} <patterns>`, text).env(name).argParser(list);
  return command
    .addOption(
      patterns(
        '--include-drives',
        'only local drives with such a name or model, such as nvme1n1 or google-local-ssd-*; needed for SCSI local SSDs and Azure’s temporary disk',
        'INCLUDE_DRIVES',
      ),
    )
    .addOption(patterns('--exclude-drives', 'no local drives with such a name or model', 'EXCLUDE_DRIVES'));
}

/** The same as fields of a profile's `drives`. */
export function driveSelection({ includeDrives, excludeDrives }: DriveFlags): {
  include?: string[];
  exclude?: string[];
} {
  return {
    ...(includeDrives === undefined ? {} : { include: includeDrives }),
    ...(excludeDrives === undefined ? {} : { exclude: excludeDrives }),
  };
}

/** Models have blanks in them, so that only commas separate. */
function list(text: string): string[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length > 0) return words;
  throw new InvalidArgumentError(`Expected patterns with commas between them, got \`${text}\`.`);
}
