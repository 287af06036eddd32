import { Option, InvalidArgumentError, type Command } from 'commander';
import { layoutWithDefaults } from '../../api/defaults.ts';
import type { Layout } from '../../api/layout.ts';

/** Flags of `nvme-agent swap` beside those of every layout; the first six are those of Materialize's tool. */
export interface SwapFlags {
  bottlerocketEnableSwap?: boolean;
  hackRestartKubeletEnableSwap?: boolean;
  applySysctls?: boolean;
  vmSwappiness?: string;
  vmMinFreeKbytes?: string;
  vmWatermarkScaleFactor?: string;
  encrypt?: boolean;
  configureKubelet?: boolean;
}

/** Flags that are on or off, with the environment variable of each. */
export const SWAP_SWITCHES = {
  bottlerocketEnableSwap: 'BOTTLEROCKET_ENABLE_SWAP',
  hackRestartKubeletEnableSwap: 'HACK_RESTART_KUBELET_ENABLE_SWAP',
  applySysctls: 'APPLY_SYSCTLS',
  encrypt: 'ENCRYPT',
} as const;

export function addSwapFlags(command: Command): void {
  const flag = (name: string, text: string) => new Option(name, text);
  const number = (name: string, text: string, value: string) =>
    flag(`${name} <n>`, text).env(envOf(name)).default(value).argParser(wholeNumber);
  command
    .addOption(
      flag(
        '--bottlerocket-enable-swap',
        'have Bottlerocket’s API allow the kubelet swap; done by default',
      ).env(SWAP_SWITCHES.bottlerocketEnableSwap),
    )
    .addOption(
      flag(
        '--hack-restart-kubelet-enable-swap',
        'edit the kubelet’s configuration and restart it; done by default',
      ).env(SWAP_SWITCHES.hackRestartKubeletEnableSwap),
    )
    .addOption(
      flag('--no-configure-kubelet', 'leave the kubelet alone: refuse unless it runs with failSwapOn: false'),
    )
    .addOption(flag('--encrypt', 'swap behind a random key that nobody keeps').env(SWAP_SWITCHES.encrypt))
    .addOption(flag('--apply-sysctls', 'set the three sysctls below').env(SWAP_SWITCHES.applySysctls))
    .addOption(number('--vm-swappiness', 'with --apply-sysctls', '100'))
    .addOption(number('--vm-min-free-kbytes', 'with --apply-sysctls', '1048576'))
    .addOption(number('--vm-watermark-scale-factor', 'with --apply-sysctls', '100'));
}

/** Whoever asks for the kubelet by name means it, whatever else is said. */
export function swapLayout(flags: SwapFlags): Layout {
  const { vmSwappiness = '', vmMinFreeKbytes = '', vmWatermarkScaleFactor = '' } = flags;
  const asked = flags.bottlerocketEnableSwap === true || flags.hackRestartKubeletEnableSwap === true;
  const sysctls = {
    'vm.swappiness': vmSwappiness,
    'vm.min_free_kbytes': vmMinFreeKbytes,
    'vm.watermark_scale_factor': vmWatermarkScaleFactor,
  };
  return layoutWithDefaults({
    type: 'Swap',
    swap: {
      encrypt: flags.encrypt === true,
      sysctls: flags.applySysctls === true ? sysctls : {},
      configureKubelet: asked || flags.configureKubelet !== false,
    },
  });
}

const envOf = (name: string): string => name.slice(2).replaceAll('-', '_').toUpperCase();

function wholeNumber(text: string): string {
  if (/^\d{1,10}$/.test(text)) return text;
  throw new InvalidArgumentError(`Expected a whole number, got \`${text}\`.`);
}
