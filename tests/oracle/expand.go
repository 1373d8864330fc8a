package main

import (
	"maps"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Expanded is what became of the words of one node, in BuildKit's order.
type Expanded struct {
	Node  int    `json:"node"`
	Words []Word `json:"words"`
}

// Word is one word before and after expansion; either Result or Error is null.
// Split is ProcessWords' answer, empty on error, null for a heredoc body.
type Word struct {
	Role      string   `json:"role"`
	Word      string   `json:"word"`
	Result    *string  `json:"result"`
	Error     *string  `json:"error"`
	Unmatched []string `json:"unmatched"`
	Split     []string `json:"split"`
}

// fixedEnv is the whole environment words are expanded in.
var fixedEnv = []string{"FOO=foo", "BAR=bar/baz.tar.gz", "EMPTY=", "PATH=/usr/bin:/bin"}

func expander(escape rune) instructions.SingleWordExpander {
	lex := shell.NewLex(escape)
	env := shell.EnvsFromSlice(fixedEnv)
	return func(word string) (string, error) {
		result, _, err := lex.ProcessWord(word, env)
		return result, err
	}
}

// expandedWords expands every word of an instruction that a build expands; nil
// for an instruction that has none. Mount values are left to mounts.
func expandedWords(typed any, escape rune) []Word {
	w := words{escape: escape}
	switch c := typed.(type) {
	case *instructions.Stage:
		w.add("base", c.BaseName)
		w.addFlag("platform", c.Platform)
	case *instructions.AddCommand:
		w.addFlag("chown", c.Chown)
		w.addFlag("chmod", c.Chmod)
		w.addFlag("checksum", c.Checksum)
		w.addSources(c.SourcesAndDest)
	case *instructions.CopyCommand:
		w.addFlag("chown", c.Chown)
		w.addFlag("chmod", c.Chmod)
		w.addSources(c.SourcesAndDest)
	case *instructions.EnvCommand:
		w.addPairs(c.Env)
	case *instructions.LabelCommand:
		w.addPairs(c.Labels)
	case *instructions.ArgCommand:
		for _, a := range c.Args {
			if a.Value != nil {
				w.add("value", *a.Value)
			}
		}
	case *instructions.ExposeCommand:
		w.add("port", c.Ports...)
	case *instructions.UserCommand:
		w.add("user", c.User)
	case *instructions.WorkdirCommand:
		w.add("path", c.Path)
	case *instructions.VolumeCommand:
		w.add("volume", c.Volumes...)
	case *instructions.StopSignalCommand:
		w.add("signal", c.Signal)
	}
	return w.list
}

type words struct {
	escape rune
	list   []Word
}

func (w *words) add(role string, list ...string) {
	for _, word := range list {
		lex := shell.NewLex(w.escape)
		out := expand(lex, role, word)
		out.Split = []string{}
		if split, err := lex.ProcessWords(word, shell.EnvsFromSlice(fixedEnv)); err == nil {
			out.Split = append(out.Split, split...)
		}
		w.list = append(w.list, out)
	}
}

// addFlag leaves out a flag that is absent, which BuildKit keeps as "".
func (w *words) addFlag(role, word string) {
	if word != "" {
		w.add(role, word)
	}
}

func (w *words) addPairs(pairs instructions.KeyValuePairs) {
	for _, p := range pairs {
		w.add("key", p.Key)
		w.add("value", p.Value)
	}
}

func (w *words) addSources(s instructions.SourcesAndDest) {
	w.add("source", s.SourcePaths...)
	w.add("dest", s.DestPath)
	for _, c := range s.SourceContents {
		if c.Expand {
			// the lexer a build uses for bodies, whatever the escape directive says
			lex := shell.NewLex('\\')
			lex.SkipProcessQuotes = true
			w.list = append(w.list, expand(lex, "content", c.Data))
		}
	}
}

func expand(lex *shell.Lex, role, word string) Word {
	out := Word{Role: role, Word: word}
	result, unmatched, err := lex.ProcessWord(word, shell.EnvsFromSlice(fixedEnv))
	out.Unmatched = orEmpty(slices.Sorted(maps.Keys(unmatched)))
	if err != nil {
		message := err.Error()
		out.Error = &message
	} else {
		out.Result = &result
	}
	return out
}
