import { expect, test } from 'vitest'
import { networkFileSystem } from '../../server/database/sqlite/file-checks.ts'

const MOUNTS = `
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /srv/nfs rw,relatime shared:2 - nfs4 server:/export rw
31 30 254:1 / /srv/nfs/local\\040disk rw,relatime - ext4 /dev/vdb rw
32 22 0:40 / /srv/cloud rw,nosuid shared:3 master:4 - fuse.s3fs s3fs rw
33 22 0:41 / /srv/host rw,nosuid - fuse.grpcfuse grpcfuse rw
34 22 0:42 / /srv/twice rw - cifs //server/share rw
35 22 254:2 / /srv/twice rw - xfs /dev/vdc rw
`

test.each([
  ['/srv', null],
  ['/srv/nfs', 'nfs4'],
  ['/srv/nfs/roster', 'nfs4'],
  ['/srv/nfs-copy', null],
  ['/srv/nfs/local disk/roster', null],
  ['/srv/cloud', 'fuse.s3fs'],
  ['/srv/host', null],
  ['/srv/twice', null],
])('%s is on %s', (folder, type) => {
  expect(networkFileSystem(folder, MOUNTS)).toBe(type)
})

test('a system without a list of mounts has none', () => {
  expect(networkFileSystem('/srv', '')).toBeNull()
})
