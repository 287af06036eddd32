// The Windows programs: start lib/NAME.js beside them with the Node.js of the PATH. Windows runs no shell scripts, and
// krew links whatever a plugin names as its program to kubectl-nvme.exe, so that no .cmd would do.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

const needed = "needs Node.js >= 22.19"

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
		return 0, fmt.Errorf("%s: %s and found none on the PATH", program, needed)
	}
	version, err := exec.Command(node, "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %s --version: %w", program, node, err)
	}
	if found := strings.TrimSpace(string(version)); !isNewEnough(found) {
		return 0, fmt.Errorf("%s: %s, found %s at %s", program, needed, found, node)
	}
	script := filepath.Join(filepath.Dir(self), "lib", program+".js")
	// Ctrl-C reaches the child too, and is its to answer.
	signal.Ignore(os.Interrupt)
	child := exec.Command(node, append([]string{"--disable-warning=ExperimentalWarning", script}, args...)...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = child.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode(), nil
	}
	return 0, err
}

func isNewEnough(version string) bool {
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 2 {
		return false
	}
	major, _ := strconv.Atoi(parts[0])
	minor, _ := strconv.Atoi(parts[1])
	return major > 22 || (major == 22 && minor >= 19)
}
