package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Record is what BuildKit makes of one file. Lines are 1-based and inclusive;
// 0 stands for "BuildKit names no line". Lists are never null.
type Record struct {
	File              string           `json:"file"`
	Syntax            *string          `json:"syntax"`
	Check             *string          `json:"check"`
	Escape            *string          `json:"escape"`
	ParseError        *Problem         `json:"parse_error"`
	Nodes             []Node           `json:"nodes"`
	InstructionsError *Problem         `json:"instructions_error"`
	Stages            []Stage          `json:"stages"`
	MetaArgs          []Arg            `json:"meta_args"`
	Instructions      []map[string]any `json:"instructions"`
	Expanded          []Expanded       `json:"expanded"`
	LLBError          *Problem         `json:"llb_error"`
	BuildError        *Problem         `json:"build_error"`
	Warnings          []Warning        `json:"warnings"`
}

// Problem is an error of BuildKit, without its "(did you mean …?)": among
// equally near candidates BuildKit picks one at random.
type Problem struct {
	Message string   `json:"message"`
	Start   int      `json:"start"`
	End     int      `json:"end"`
	Lines   [][2]int `json:"lines"` // one span a location; cycles have several
}

// Stage is a FROM as BuildKit typed it. Start and End are the FROM's own lines.
type Stage struct {
	Name     string   `json:"name"`
	Base     string   `json:"base"`
	Platform string   `json:"platform"`
	Start    int      `json:"start"`
	End      int      `json:"end"`
	Commands []string `json:"commands"`
}

// Arg is one name an ARG declares.
type Arg struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
	Doc   string  `json:"doc"`
}

// Warning is one finding of BuildKit's linter.
type Warning struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

// unread is the record of a file the oracle has no answer for.
type unread struct {
	File      string `json:"file"`
	ReadError string `json:"read_error,omitempty"`
	Panic     string `json:"panic,omitempty"`
}

// deepest is how many "${" a file may hold. BuildKit's lexer recurses for each
// nested one, near 1 kB a level, and Go ends the process, beyond any recover,
// when a stack passes 1 GB.
const deepest = 100_000

// inspect answers for one file, whatever it holds.
func inspect(path string) (answer any) {
	defer func() {
		if r := recover(); r != nil {
			answer = unread{File: path, Panic: fmt.Sprint(r)}
		}
	}()
	data, err := os.ReadFile(path)
	if err != nil {
		return unread{File: path, ReadError: err.Error()}
	}
	if bytes.Count(data, []byte("${")) > deepest {
		return unread{File: path, Panic: "stack overflow"}
	}
	record := examine(data)
	record.File = path
	return record
}

// examine takes the text through BuildKit's phases: lines to nodes, nodes to
// instructions, instructions to a build.
func examine(data []byte) *Record {
	r := &Record{
		Nodes:        []Node{},
		Stages:       []Stage{},
		MetaArgs:     []Arg{},
		Instructions: []map[string]any{},
		Expanded:     []Expanded{},
	}
	if image, _, _, ok := parser.DetectSyntax(data); ok {
		r.Syntax = &image
	}
	if check, _, _, ok := parser.ParseDirective("check", data); ok {
		r.Check = &check
	}

	parsed, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		r.ParseError = problem(err)
	} else {
		escape := string(parsed.EscapeToken)
		r.Escape = &escape
		r.Nodes = nodes(parsed.AST.Children)
		r.readInstructions(parsed)
	}
	r.readBuild(data)
	return r
}

// readInstructions runs phase 2: over the whole file for its verdict, and node
// by node for the typed instructions, so that one bad instruction does not
// hide what the others expand to.
func (r *Record) readInstructions(parsed *parser.Result) {
	stages, metaArgs, err := instructions.Parse(parsed.AST, silent())
	if err != nil {
		r.InstructionsError = problem(err)
	}
	for _, s := range stages {
		r.Stages = append(r.Stages, stage(s))
	}
	for _, a := range metaArgs {
		r.MetaArgs = append(r.MetaArgs, args(a.Args)...)
	}

	for i, node := range parsed.AST.Children {
		typed, nodeErr := instructions.ParseInstructionWithLinter(node, silent())
		if nodeErr != nil {
			continue
		}
		if words := expandedWords(typed, parsed.EscapeToken); words != nil {
			r.Expanded = append(r.Expanded, Expanded{Node: i, Words: words})
		}
		if err == nil {
			r.Instructions = append(r.Instructions, describe(typed, parsed.EscapeToken))
		}
	}
}

// silent is a linter that reports nothing. BuildKit also takes nil for one, but
// then panics on an inline check comment.
func silent() *linter.Linter {
	return linter.New(&linter.Config{})
}

func stage(s instructions.Stage) Stage {
	out := Stage{Name: s.Name, Base: s.BaseName, Platform: s.Platform, Commands: []string{}}
	out.Start, out.End = span(s.Location)
	for _, c := range s.Commands {
		out.Commands = append(out.Commands, strings.ToLower(c.Name()))
	}
	return out
}

func args(pairs []instructions.KeyValuePairOptional) []Arg {
	out := []Arg{}
	for _, p := range pairs {
		out = append(out, Arg{Key: p.Key, Value: p.Value, Doc: p.DocComment})
	}
	return out
}

var suggestion = regexp.MustCompile(` \(did you mean .*?\?\)`)

func problem(err error) *Problem {
	p := &Problem{Message: suggestion.ReplaceAllString(err.Error(), ""), Lines: [][2]int{}}
	var at *parser.LocationError
	if errors.As(err, &at) {
		for _, location := range at.Locations {
			start, end := span(location)
			p.Lines = append(p.Lines, [2]int{start, end})
			p.End = max(p.End, end)
		}
	}
	slices.SortFunc(p.Lines, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	p.Lines = slices.Compact(p.Lines)
	if len(p.Lines) > 0 {
		p.Start = p.Lines[0][0]
	}
	return p
}

// span is the first and last line of a location, 0 and 0 for an empty one.
func span(location []parser.Range) (start, end int) {
	for i, r := range location {
		if i == 0 || r.Start.Line < start {
			start = r.Start.Line
		}
		end = max(end, r.End.Line)
	}
	return start, end
}

func sortWarnings(w []Warning) {
	slices.SortFunc(w, func(a, b Warning) int {
		return cmp.Or(
			cmp.Compare(a.Start, b.Start),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.End, b.End),
		)
	})
}
