/**
 * An image reference with another registry: what stands before the first slash, if that is a host at all (it has a
 * dot or a port, or is `localhost`), gives way to `registry`, which may have a path of its own.
 */
export function fromRegistry(image: string, registry: string): string {
  const [host = '', ...path] = image.split('/');
  const isHost = path.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return [registry.replace(/\/+$/, ''), ...(isHost ? path : [host, ...path])].join('/');
}

/** Whether the text can name an image: no scheme, no blanks, something in every part. */
export const isImageReference = (text: string): boolean =>
  /^[\w.-]+(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@[\w+.-]+:[\da-f]{32,})?$/i.test(text);
