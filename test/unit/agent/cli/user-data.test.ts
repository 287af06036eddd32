import { describe, expect, it } from 'vitest';
import { argumentsOf, USER_DATA_PATH, UserDataError } from '../../../../agent/cli/user-data.ts';

const holding = (text: string) => (path: string) =>
  path === USER_DATA_PATH ? Promise.resolve(text) : Promise.reject(new Error(path));
const nothing = () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }));

describe('the program’s arguments', () => {
  it('are those it was given, whatever Bottlerocket’s user data say', async () => {
    expect(await argumentsOf(['lvm'], holding('["swap"]'))).toEqual(['lvm']);
  });

  it('are the array in Bottlerocket’s user data when it was given none', async () => {
    const text = '["swap", "--cloud-provider", "aws", "--bottlerocket-enable-swap"]';
    expect(await argumentsOf([], holding(text))).toEqual(JSON.parse(text));
  });

  it('are none where there are no user data', async () => {
    expect(await argumentsOf([], nothing)).toEqual([]);
  });

  it.each(['swap --cloud-provider aws', '{"a": 1}', '["swap", 1]'])('are not %s', async (text) => {
    const refused = await argumentsOf([], holding(text)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserDataError);
    expect(String(refused)).toContain(USER_DATA_PATH);
  });
});
