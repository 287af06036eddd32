// Lab-exec runs programs in a lab's node for whoever holds the lab's token: one TCP connection a program.
//
// The client sends one line of JSON, {"token", "argv", "env"}, then frames of its standard input; it gets frames
// of the program's output and at last its exit. A frame is a kind byte, four bytes of length (big endian), and that
// many bytes. When the client goes away, the program and its children are killed.
package main

import (
	"bufio"
	"crypto/subtle"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	frameStdin  = 0
	frameStdout = 1
	frameStderr = 2
	frameExit   = 3

	maxFrame = 1 << 20
)

type request struct {
	Token string   `json:"token"`
	Argv  []string `json:"argv"`
	Env   []string `json:"env"`
}

type exit struct {
	Code  int    `json:"code"`
	Error string `json:"error,omitempty"`
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: lab-exec ADDRESS TOKEN-FILE")
	}
	secret, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	token := strings.TrimSpace(string(secret))
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn, token)
	}
}

// client writes frames; the program's two outputs do so at the same time.
type client struct {
	mutex sync.Mutex
	conn  net.Conn
}

func (c *client) frame(kind byte, payload []byte) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	head := make([]byte, 5, 5+len(payload))
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	_, err := c.conn.Write(append(head, payload...))
	return err
}

type stream struct {
	client *client
	kind   byte
}

func (s stream) Write(payload []byte) (int, error) {
	if err := s.client.frame(s.kind, payload); err != nil {
		return 0, err
	}
	return len(payload), nil
}

func serve(conn net.Conn, token string) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	input := bufio.NewReader(conn)
	line, err := input.ReadBytes('\n')
	if err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	c := &client{conn: conn}
	var wanted request
	if err := json.Unmarshal(line, &wanted); err != nil || len(wanted.Argv) == 0 {
		c.end(exit{Code: 125, Error: "expected one line of JSON with token and argv"})
		return
	}
	if subtle.ConstantTimeCompare([]byte(wanted.Token), []byte(token)) != 1 {
		c.end(exit{Code: 125, Error: "wrong token"})
		return
	}
	c.end(run(c, wanted, input))
}

func (c *client) end(result exit) {
	payload, _ := json.Marshal(result)
	_ = c.frame(frameExit, payload)
}

func run(c *client, wanted request, input *bufio.Reader) exit {
	command := exec.Command(wanted.Argv[0], wanted.Argv[1:]...)
	command.Env = append(os.Environ(), wanted.Env...)
	command.Dir = "/"
	command.Stdout = stream{c, frameStdout}
	command.Stderr = stream{c, frameStderr}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// A daemon that the program left behind may hold its outputs for ever.
	command.WaitDelay = time.Second
	stdin, err := command.StdinPipe()
	if err != nil {
		return exit{Code: 126, Error: err.Error()}
	}
	if err := command.Start(); err != nil {
		return exit{Code: startCode(err), Error: err.Error()}
	}
	var ended atomic.Bool
	go feed(input, stdin, command.Process.Pid, &ended)
	err = command.Wait()
	ended.Store(true)
	var failed *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return exit{Code: command.ProcessState.ExitCode()}
	case errors.As(err, &failed) && failed.ExitCode() >= 0:
		return exit{Code: failed.ExitCode()}
	case errors.As(err, &failed):
		return exit{Code: 128 + int(failed.Sys().(syscall.WaitStatus).Signal()), Error: err.Error()}
	default:
		return exit{Code: 126, Error: err.Error()}
	}
}

func startCode(err error) int {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return 127
	}
	return 126
}

// feed passes standard input on; when the client goes away before the program ended, it kills the program's group.
func feed(input *bufio.Reader, stdin io.WriteCloser, pid int, ended *atomic.Bool) {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(input, head); err != nil {
			break
		}
		size := binary.BigEndian.Uint32(head[1:])
		if size == 0 {
			_ = stdin.Close()
			continue
		}
		payload := make([]byte, min(size, maxFrame))
		if _, err := io.ReadFull(input, payload); err != nil {
			break
		}
		// A program that does not read its input is no error; the rest of the input is passed over.
		_, _ = stdin.Write(payload)
	}
	// What a program that ended left running in the background stays, as after any remote shell.
	if !ended.Load() {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}
