// What every launcher runs first: `node lib/start.cjs PROGRAM ARGUMENT…`. In the oldest JavaScript that can say so, because the
// Node that was found may be any; asking for its version in a process of its own cost 40 ms at every start.
var program = process.argv.splice(2, 1)[0];
var version = process.versions.node.split('.').map(Number);
if (version[0] > 22 || (version[0] === 22 && version[1] >= 19)) {
  import('./' + program + '.js');
} else {
  console.error(program + ': needs Node.js >= 22.19, found ' + process.version + ' at ' + process.execPath);
  process.exitCode = 127;
}
