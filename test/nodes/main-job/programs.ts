/** A script that puts the programs and Node of the project's image where an administrator would have put them. */
export const installPrograms = (image: string): string => `set -e
mkdir -p /mnt/image /usr/local/lib/node_modules
ctr -n k8s.io images mount ${image} /mnt/image
cp -a /mnt/image/usr/local/lib/kubectl-nvme /usr/local/lib/
cp -a /mnt/image/usr/local/bin/node /usr/local/bin/
mkdir -p /usr/local/lib/node_modules/node/bin
ln -s /usr/local/bin/node /usr/local/lib/node_modules/node/bin/node
ctr -n k8s.io images unmount --rm /mnt/image`;
