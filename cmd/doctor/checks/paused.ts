import { describePause, pauseOf } from '../../../api/pause.ts';
import type { Check } from '../check.ts';
import { known } from '../survey.ts';

/** Nodes that a person stopped: forgotten ones are not tainted, set up or cleaned for ever. */
export const paused: Check = {
  name: 'paused',
  installed: true,
  run(survey) {
    return known(survey.nodes).flatMap(({ metadata: { name = '', annotations } = {} }) => {
      const pause = pauseOf(annotations);
      if (pause === undefined) return [];
      const since = pause.at === undefined ? '' : ` since ${pause.at}`;
      const fix = `When it may go on: kubectl nvme taint ${name}`;
      const message = `is paused ${describePause(pause)}${since}`;
      return [{ level: 'warning', object: `node/${name}`, message, fix }];
    });
  },
};
