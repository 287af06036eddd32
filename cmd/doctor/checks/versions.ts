import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';
import { compareVersions } from '../../../kube/version-order.ts';

/** ValidatingAdmissionPolicy, which keeps each agent to its own node, is v1 since then. */
const OLDEST = '1.30.0';

/** The API server's version, and the plugin's beside the installation's. */
export const versions: Check = {
  name: 'versions',
  run(survey) {
    const server = known(survey.serverVersion);
    const found: Found[] = [];
    if (compareVersions(server, OLDEST) < 0) {
      found.push({
        level: 'error',
        message: `the API server is ${server}; kubectl-nvme needs 1.30 or newer`,
        fix: 'Upgrade the cluster.',
      });
    }
    const installed = known(survey.record)?.version;
    return installed === undefined ? found : [...found, ...difference(installed, survey.pluginVersion)];
  },
};

function difference(installed: string, plugin: string): Found[] {
  const order = compareVersions(installed, plugin);
  if (order === 0) return [];
  const message = `the installation is of version ${installed}, this plugin is ${plugin}`;
  const fix = order < 0 ? 'kubectl nvme upgrade' : `Get the plugin of version ${installed}.`;
  return [{ level: 'warning', message, fix }];
}
