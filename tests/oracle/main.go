// The oracle states, as JSON, what BuildKit itself makes of Dockerfiles.
//
// It asks BuildKit's own packages and adds no opinion of its own, so that a
// test may hold Stagewright to it. README.md is the contract of the output.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	benchFile := flag.String("bench", "", "time parser.Parse on `FILE`; the argument is the number of runs")
	contexts := flag.Bool("context", false, "answer questions about COPY from a folder, one line of JSON each")
	shell := flag.Bool("shell", false, "read shell scripts, one JSON string a line")
	flag.Parse()

	// text/scanner, below BuildKit's lexer, prints every malformed character there
	stderr := os.Stderr
	os.Stderr, _ = os.Open(os.DevNull)

	var err error
	if *contexts {
		err = answerContexts(os.Stdin, os.Stdout)
	} else if *shell {
		err = answerShell(os.Stdin, os.Stdout)
	} else {
		err = run(*benchFile, flag.Args(), os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(benchFile string, args []string, in io.Reader, out io.Writer) error {
	if benchFile != "" {
		return bench(benchFile, args, out)
	}
	paths := make(chan string)
	failed := make(chan error, 1)
	go func() {
		defer close(paths)
		failed <- list(args, in, paths)
	}()
	if err := answer(paths, out); err != nil {
		return err
	}
	return <-failed
}

// list sends the files asked for, in order: those named by args, directories
// walked in lexical order, or else one path a line from in.
func list(args []string, in io.Reader, paths chan<- string) error {
	if len(args) == 0 {
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			if lines.Text() != "" {
				paths <- lines.Text()
			}
		}
		return lines.Err()
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.IsDir() {
			paths <- arg // a missing file is answered, not fatal
			continue
		}
		err = filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				paths <- path
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// answer writes one line a path, in the order of paths, working on a few files
// at a time. Whenever no file is waiting it flushes, so that a caller may also
// hold a conversation: write a path, read its line.
func answer(paths <-chan string, out io.Writer) error {
	pending := make(chan chan []byte, runtime.GOMAXPROCS(0))
	go func() {
		defer close(pending)
		for path := range paths {
			line := make(chan []byte, 1)
			pending <- line
			go func() { line <- encode(inspect(path)) }()
		}
	}()

	buffered := bufio.NewWriterSize(out, 1<<20)
	for line := range pending {
		if _, err := buffered.Write(<-line); err != nil {
			return err
		}
		if len(pending) == 0 {
			if err := buffered.Flush(); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

// encode makes one line of JSON. Bytes that are not UTF-8 become U+FFFD.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // the record types hold nothing that cannot be encoded
	}
	return b.Bytes()
}

// bench times BuildKit's line parser alone, the whole file in memory.
func bench(file string, args []string, out io.Writer) error {
	runs := 0
	if len(args) == 1 {
		runs, _ = strconv.Atoi(args[0])
	}
	if runs < 1 {
		return fmt.Errorf("usage: oracle -bench FILE N")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}

	var best, total time.Duration
	for i := range runs {
		start := time.Now()
		_, _ = parser.Parse(bytes.NewReader(data)) // a refused file has its cost too
		took := time.Since(start)
		total += took
		if i == 0 || took < best {
			best = took
		}
	}
	_, err = out.Write(encode(struct {
		Bytes  int   `json:"bytes"`
		Runs   int   `json:"runs"`
		BestNs int64 `json:"best_ns"`
		MeanNs int64 `json:"mean_ns"`
	}{len(data), runs, best.Nanoseconds(), total.Nanoseconds() / int64(runs)}))
	return err
}
