// The Windows programs: start lib/start.cjs beside them with the Node.js of the PATH. Windows runs no shell scripts, and
// krew links whatever a plugin names as its program to kubectl-nvme.exe, so that no .cmd would do.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 127
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return 0, err
	}
	program := strings.TrimSuffix(filepath.Base(self), ".exe")
	node, err := exec.LookPath("node")
	if err != nil {
		return 0, fmt.Errorf("%s: needs Node.js >= 22.19 and found none on the PATH", program)
	}
	script := filepath.Join(filepath.Dir(self), "lib", "start.cjs")
	// Ctrl-C reaches the child too, and is its to answer.
	signal.Ignore(os.Interrupt)
	child := exec.Command(node, append([]string{script, program}, args...)...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = child.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode(), nil
	}
	return 0, err
}
