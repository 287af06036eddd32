// Owns a lab until it is killed: prints the lab's state folder when the lab is up, and waits.
import { startLab } from '../../../lab/lab.ts';
import { testLabContext } from '../../builders/lab-context.ts';

const lab = await startLab(testLabContext(), { controlPlaneOnly: true });
console.log(lab.dir);
setInterval(() => undefined, 60_000);
