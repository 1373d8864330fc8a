package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	rootfs "github.com/containerd/continuity/fs"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
	fscopy "github.com/tonistiigi/fsutil/copy"
)

// A contextQuestion is a COPY from a folder with an ignore file.
type contextQuestion struct {
	Root    string   `json:"root"`
	Ignore  string   `json:"ignore"`
	Sources []string `json:"sources"`
	Exclude []string `json:"exclude"`
	Parents bool     `json:"parents"`
}

// A contextAnswer has the files and links that are sent and those that are
// copied, with their lengths; links have none.
type contextAnswer struct {
	Error  string           `json:"error"`
	Sent   map[string]int64 `json:"sent"`
	Copied map[string]int64 `json:"copied"`
}

// answerContexts answers one question a line.
func answerContexts(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var question contextQuestion
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			return err
		}
		answer, err := takeFromContext(question)
		if err != nil {
			answer.Error = err.Error()
		}
		if _, err := out.Write(encode(answer)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// takeFromContext does what a client does with a context and the solver with a
// COPY, in a folder of its own.
func takeFromContext(question contextQuestion) (answer contextAnswer, err error) {
	work, err := os.MkdirTemp("", "context")
	if err != nil {
		return answer, err
	}
	defer os.RemoveAll(work)
	sent, copied := filepath.Join(work, "sent"), filepath.Join(work, "copied")
	for _, folder := range []string{sent, copied} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return answer, err
		}
	}
	if err := send(question, sent); err != nil {
		return answer, err
	}
	if answer.Sent, err = lengths(sent); err != nil {
		return answer, err
	}
	for _, source := range question.Sources {
		if err := copySource(question, source, sent, copied); err != nil {
			return answer, err
		}
	}
	answer.Copied, err = lengths(copied)
	return answer, err
}

func send(question contextQuestion, to string) error {
	patterns, err := ignorefile.ReadAll(strings.NewReader(question.Ignore))
	if err != nil {
		return err
	}
	all, err := fsutil.NewFS(question.Root)
	if err != nil {
		return err
	}
	left, err := fsutil.NewFilterFS(all, &fsutil.FilterOpt{ExcludePatterns: patterns})
	if err != nil {
		return err
	}
	return left.Walk(context.Background(), "", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, path)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(filepath.Join(question.Root, path))
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		default:
			content, err := os.ReadFile(filepath.Join(question.Root, path))
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, 0o644)
		}
	})
}

// copySource is dispatchCopy and docopy for one source.
func copySource(question contextQuestion, source, from, to string) error {
	info := fscopy.CopyInfo{
		ExcludePatterns: question.Exclude,
		CopyDirContents: true,
		FollowLinks:     true,
	}
	if question.Parents {
		pivot, pattern, ok := strings.Cut(source, "/./")
		if !ok {
			pivot, pattern = "/", source
		}
		pattern = filepath.Join("/", pattern)
		info.IncludePatterns = []string{strings.TrimPrefix(pattern, "/")}
		if !strings.ContainsAny(pivot+pattern, "*?[") {
			required, err := rootfs.RootPath(from, filepath.Join("/", pivot, pattern))
			if err != nil {
				return err
			}
			if _, err := os.Lstat(required); err != nil {
				return err
			}
		}
		source = pivot
	}
	matches, err := fscopy.ResolveWildcards(from, filepath.Join("/", source), true)
	if err != nil {
		return err
	}
	for _, match := range matches {
		if err := fscopy.Copy(context.Background(), from, match, to, "/", fscopy.WithCopyInfo(info)); err != nil {
			return err
		}
	}
	return nil
}

func lengths(folder string) (map[string]int64, error) {
	found := map[string]int64{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		found[name] = 0
		if entry.Type().IsRegular() {
			info, err := entry.Info()
			if err != nil {
				return err
			}
			found[name] = info.Size()
		}
		return nil
	})
	return found, err
}
