import { performance } from 'node:perf_hooks';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Logger } from '../../logging/logger.ts';
import { admit, type AdmissionOutcome } from './admit.ts';
import { checkProfile } from './check-profile.ts';
import { readJsonText } from './body.ts';
import type { AdmissionMetrics } from './metrics.ts';
import { MalformedReviewError, parseReview, reviewOf, type AdmissionRequest } from './review.ts';

/** Paths of the two endpoints; the API server adds `?timeout=2s`. */
export const ADMISSION_PATH = '/admit/nodes';
export const PROFILE_PATH = '/check/nvmeprofiles';

export interface AdmissionAppOptions {
  /** Profiles from a cache, undefined until it is synced; never a call to the API server. */
  profiles: () => Iterable<NVMeProfile> | undefined;
  metrics: AdmissionMetrics;
  logger: Logger;
}

/** Objects of up to 3 MiB, and in an update two of them; express would stop at 100 kB. */
const BODY_LIMIT = 7 * 1024 * 1024;

const OWN_ERROR =
  'kubectl-nvme: internal error, so the object is admitted as it is; the enrol controller adds the startup taint of a node if a profile matches';

/** What answers a review at each path, without any effect. */
const ENDPOINTS: Readonly<
  Record<string, (request: AdmissionRequest, profiles: Iterable<NVMeProfile> | undefined) => AdmissionOutcome>
> = { [ADMISSION_PATH]: admit, [PROFILE_PATH]: checkProfile };

/** The admission endpoints as an express app, without a socket. */
export function admissionApp(options: AdmissionAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  const readBody = readJsonText(BODY_LIMIT);
  for (const [path, decide] of Object.entries(ENDPOINTS)) {
    app.post(path, readBody, (request: Request, response: Response) => {
      const begin = performance.now();
      const review = parseReview(typeof request.body === 'string' ? request.body : '');
      const { result, answer } = answerTo(review, decide, options);
      send(response, reviewOf(answer));
      options.metrics.observe(result, (performance.now() - begin) / 1000);
    });
    app.all(path, (_request: Request, response: Response) => {
      response.set('Allow', 'POST').status(405).json({ error: 'Expected POST' });
    });
  }
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: `There are only ${Object.keys(ENDPOINTS).join(' and ')} here` });
  });
  app.use(refusal(options));
  return app;
}

/** Bare: express's `json` would look at settings and headers that no API server asks for. */
function send(response: Response, review: object): void {
  const text = JSON.stringify(review);
  response
    .writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}

/** Our own faults never keep an object out: it is allowed, with a warning for the client, and counted. */
function answerTo(
  review: AdmissionRequest,
  decide: typeof admit,
  { profiles, logger }: AdmissionAppOptions,
): { result: AdmissionOutcome['result'] | 'error'; answer: AdmissionOutcome['response'] } {
  try {
    const { result, response } = decide(review, profiles());
    return { result, answer: response };
  } catch (error) {
    logger.error('admission failed; the object was allowed as it is', { review: review.uid, error });
    return { result: 'error', answer: { uid: review.uid, allowed: true, warnings: [OWN_ERROR] } };
  }
}

/** Express knows an error handler by its four parameters. */
function refusal({ metrics, logger }: AdmissionAppOptions) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    metrics.observe('refused', 0);
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const message = error instanceof Error ? error.message : 'request refused';
    if (status >= 500) logger.error('request failed', { error });
    response.status(status).json({ error: message });
  };
}

/** A BodyError carries its status. */
function statusOf(error: unknown): number {
  if (error instanceof MalformedReviewError) return 400;
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
