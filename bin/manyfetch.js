#!/usr/bin/env node
// The command's first file. It must stay readable to old versions of Node, so that they can say
// what is needed instead of failing on a line of syntax: no static import, nothing newer than Node 12.
// It runs the build where there is one, and the sources in a checkout without one.

var neededMajor = 24;

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  process.stderr.write(
    `manyfetch: needs Node.js ${neededMajor} or later, and this is ${process.versions.node}
  hint: get it from https://nodejs.org, or with your version manager (nvm install ${neededMajor}); then run the same command again
`,
  );
  process.exitCode = 2;
} else {
  start();
}

function start() {
  Promise.all([import('node:fs'), import('node:module')])
    .then(function (modules) {
      var fs = modules[0];
      // Compiled code is kept for the next start, in the system's temporary folder; Node falls back if it cannot be.
      modules[1].enableCompileCache();
      var built = new URL('../dist/cli/main.js', import.meta.url);
      var source = new URL('../src/cli/main.ts', import.meta.url);
      return import((fs.existsSync(built) ? built : source).href);
    })
    .then(function (command) {
      return command.main(process.argv.slice(2));
    })
    .then(finish, fail);
}

function finish(exitCode) {
  process.exitCode = exitCode;
}

function fail(error) {
  process.stderr.write(`manyfetch: could not start: ${(error && error.stack) || error}
  hint: if this is a checkout, run \`npm ci\` first; else this is a bug in manyfetch
`);
  process.exitCode = 4;
}
